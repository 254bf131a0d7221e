"""Building a classifier of torchvision (this module imports torch)."""

from __future__ import annotations

import re
from typing import Any

from torch import nn
from torchvision import models
from torchvision.models.vision_transformer import interpolate_embeddings

from ablate.catalogue.from_torchvision import quiet
from ablate.models.loading import State, load_weights, read_state
from ablate.models.refusals import downloading, explained
from ablate.models.torchvision_family import TorchvisionOptions
from ablate.models.weights import WeightFile
from ablate.spec.values import ImageShape

#: Names of DenseNet's layers in the files that torchvision publishes: ``denselayer1.norm.1.weight``.
_OLD_DENSE_LAYER = re.compile(r"(denselayer\d+\.(?:norm|relu|conv))\.(?=[12]\.)")


def torchvision_network(
    options: TorchvisionOptions, shape: ImageShape, num_classes: int
) -> nn.Module:
    """The network for images of ``shape``, with its weights.

    Raises:
        ablate.errors.TrialError: torchvision refuses an option, or the weights cannot be had.
    """
    net = _create(options, shape, num_classes)
    if shape.channels != 3:
        fit_channels(net, shape.channels)
    if options.weights == "random":
        return net
    if isinstance(options.weights, WeightFile):
        state, source = read_state(options.weights.location), options.weights.path
    else:
        state, source = _download(options), f"torchvision's weights of {options.architecture}"
    load_weights(net, _converted(state, net), head=options.head(net), source=source)
    return net


def _create(options: TorchvisionOptions, shape: ImageShape, num_classes: int) -> nn.Module:
    sides = {"image_size": shape.height, "input_size": (shape.height, shape.width)}
    argument = options.entry.size_argument
    size = {argument: sides[argument]} if argument else {}
    fixed: dict[str, Any] = dict(quiet(options.architecture))
    if fixed:
        fixed |= {"init_weights": True, "transform_input": options.weights != "random"}
    what = f"torchvision cannot build {options.name} for images of {shape}"
    with explained(what, "check model.options and data.size"):
        net: nn.Module = models.get_model(
            options.architecture, num_classes=num_classes, **size, **fixed, **options.options
        )
    return net


def _download(options: TorchvisionOptions) -> State:
    with downloading(options.name):
        source = models.get_model(options.architecture, weights="DEFAULT", progress=False)
    state: State = source.state_dict()
    return state


def fit_channels(net: nn.Module, channels: int) -> None:
    """Replace the first convolution by a new one for ``channels`` input channels."""
    name, first = next(item for item in net.named_modules() if isinstance(item[1], nn.Conv2d))
    parent, _, attribute = name.rpartition(".")
    fitted = nn.Conv2d(
        channels,
        first.out_channels,
        kernel_size=first.kernel_size,
        stride=first.stride,
        padding=first.padding,
        bias=first.bias is not None,
    )
    setattr(net.get_submodule(parent), attribute, fitted)


def _converted(state: State, net: nn.Module) -> State:
    """``state`` with current names, and position embeddings of the network's image size."""
    renamed = {_OLD_DENSE_LAYER.sub(r"\1", name): value for name, value in state.items()}
    if not isinstance(net, models.VisionTransformer) or "encoder.pos_embedding" not in renamed:
        return renamed
    resized = interpolate_embeddings(net.image_size, net.patch_size, renamed)
    return dict(resized)
