"""Building a segmentation network of torchvision (this module imports torch)."""

from __future__ import annotations

import torch
from torch import nn
from torchvision import models

from ablate.models.encoder_weights import fitted, load_encoder
from ablate.models.loading import State, load_weights, read_state
from ablate.models.refusals import downloading
from ablate.models.torchvision_network import fit_channels
from ablate.models.torchvision_segmenters import TorchvisionSegmenterOptions
from ablate.models.weights import WeightFile
from ablate.spec.values import ImageShape

#: The submodule whose weights an ImageNet classifier has.
_BACKBONE = "backbone"


def torchvision_segmenter(
    options: TorchvisionSegmenterOptions, shape: ImageShape, num_classes: int
) -> nn.Module:
    """The network for images of ``shape``, with its weights; it gives the logits alone.

    Raises:
        ablate.errors.TrialError: the weights cannot be had, or do not fit.
    """
    net: nn.Module = models.get_model(
        options.architecture,
        weights=None,
        weights_backbone=None,
        num_classes=num_classes,
        aux_loss=False,
    )
    if shape.channels != 3:
        fit_channels(net, shape.channels)
    _load(options, net)
    net.register_forward_hook(_only_logits)  # a wrapper would change the names of the weights
    return net


def _load(options: TorchvisionSegmenterOptions, net: nn.Module) -> None:
    if options.weights == "random":
        return
    if isinstance(options.weights, WeightFile):
        _load_file(net, read_state(options.weights.location), options.weights.path)
        return
    trained = _download(options)
    source = f"torchvision's {options.weights} weights of {options.architecture}"
    if options.weights == "imagenet":
        backbone = trained.get_submodule(_BACKBONE).state_dict()
        load_encoder(net, _BACKBONE, backbone, source=source)
    else:
        load_weights(net, trained.state_dict(), head=_head(net), source=source)


def _load_file(net: nn.Module, state: State, source: str) -> None:
    """Load the whole network if the file has a classifier for its backbone, otherwise the backbone."""
    if {name.partition(".")[0] for name in state} >= {_BACKBONE, "classifier"}:
        load_weights(net, state, head=_head(net), source=source)
        return
    own = net.get_submodule(_BACKBONE).state_dict()
    load_encoder(net, _BACKBONE, fitted(own, state), source=source)


def _download(options: TorchvisionSegmenterOptions) -> nn.Module:
    """The network as torchvision publishes it: trained on COCO, or with its backbone from ImageNet."""
    chosen = {"weights": "DEFAULT"} if options.weights == "coco" else {"weights": None}
    with downloading(options.name):
        net: nn.Module = models.get_model(options.architecture, progress=False, **chosen)
    return net


def _head(net: nn.Module) -> tuple[str, ...]:
    """The names of the layers that give the logits."""
    if isinstance(net, models.segmentation.LRASPP):
        return ("classifier.low_classifier", "classifier.high_classifier")
    name, _ = list(net.named_parameters())[-1]
    return (name.rpartition(".")[0],)


def _only_logits(
    net: nn.Module, images: tuple[torch.Tensor, ...], outputs: dict[str, torch.Tensor]
) -> torch.Tensor:
    return outputs["out"]
