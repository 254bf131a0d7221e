"""Building a network of segmentation-models-pytorch (this module imports torch)."""

from __future__ import annotations

import sys
from typing import Any

import segmentation_models_pytorch as smp
import timm
import torch

from ablate.catalogue.meta import on_meta
from ablate.catalogue.probe import REFUSALS
from ablate.models.encoder_weights import agreement, fitted, load_encoder
from ablate.models.loading import State, read_state
from ablate.models.refusals import downloading, explained
from ablate.models.smp_family import TIMM, TIMM_MARK, SmpOptions
from ablate.models.weights import WeightFile
from ablate.spec.values import ImageShape


def smp_network(options: SmpOptions, shape: ImageShape, num_classes: int) -> torch.nn.Module:
    """The network for images of ``shape``, its encoder with its weights.

    Raises:
        ablate.errors.TrialError: the library refuses an option, or the weights cannot be had.
    """
    net = _create(options, shape, num_classes)
    if isinstance(options.weights, WeightFile):
        state = _named_as_encoder(options, shape, net, read_state(options.weights.location))
        load_encoder(net, "encoder", state, source=options.weights.path)
    return net


def _create(options: SmpOptions, shape: ImageShape, num_classes: int) -> torch.nn.Module:
    pretrained = True if options.of_timm else "imagenet"
    what = f"segmentation-models-pytorch cannot build {options.name} with {options.encoder}"
    with downloading(options.encoder), explained(what, "check model.encoder and model.options"):
        net: torch.nn.Module = smp.create_model(
            options.architecture,
            encoder_name=options.encoder.replace(TIMM, TIMM_MARK),
            encoder_weights=pretrained if options.weights == "imagenet" else None,
            in_channels=shape.channels,
            classes=num_classes,
            **_sizing(options, shape),
            **options.options,
        )
    return net


def _sizing(options: SmpOptions, shape: ImageShape) -> dict[str, Any]:
    """Arguments that make an encoder of timm take the images."""
    if options.encoder_entry.sizing == "argument":
        return {"img_size": (shape.height, shape.width)}
    free = options.encoder_entry.arguments
    return {key: value for key, value in free.items() if key not in options.options}


def _named_as_encoder(
    options: SmpOptions, shape: ImageShape, net: torch.nn.Module, state: State
) -> State:
    """``state`` under the encoder's names, converted as timm does it where that fits better."""
    own = net.get_submodule("encoder").state_dict()
    direct = fitted(own, state)
    if not options.of_timm or agreement(own, direct) == len(own):
        return direct
    try:
        converted = fitted(own, _converted(options, shape, state))
    except REFUSALS:  # the conversion knows the classifier's published names only
        return direct
    return max(direct, converted, key=lambda named: agreement(own, named))


def _converted(options: SmpOptions, shape: ImageShape, state: State) -> State:
    """``state`` as timm converts it for the classifier: old names, resized position embeddings."""
    name = options.encoder.removeprefix(TIMM)
    further = {
        key: value for key, value in options.options.items() if key not in options.entry.arguments
    }
    classifier: Any = on_meta(
        timm.create_model, name, in_chans=shape.channels, **_sizing(options, shape), **further
    )
    convert = getattr(sys.modules[type(classifier).__module__], "checkpoint_filter_fn", None)
    if convert is None:
        return state
    converted: State = convert(dict(state), classifier)
    return converted
