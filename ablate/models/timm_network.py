"""Building a classifier of timm (this module imports torch)."""

from __future__ import annotations

import sys
from typing import Any

import timm
import torch

from ablate.models.loading import load_weights, read_state
from ablate.models.refusals import downloading, explained
from ablate.models.timm_family import TimmOptions
from ablate.models.weights import WeightFile
from ablate.spec.values import ImageShape


def timm_network(options: TimmOptions, shape: ImageShape, num_classes: int) -> torch.nn.Module:
    """The network for images of ``shape``, with its weights.

    Raises:
        ablate.errors.TrialError: timm refuses an option, or the weights cannot be had.
    """
    net = _create(options, shape, num_classes)
    if isinstance(options.weights, WeightFile):
        state = read_state(options.weights.location)
        what = f"{options.weights.path} does not fit {options.name}"
        with explained(what, "weights of another architecture?"):
            state = _converted(state, net)
        load_weights(net, state, head=options.head(net), source=options.weights.path)
    return net


def _create(options: TimmOptions, shape: ImageShape, num_classes: int) -> torch.nn.Module:
    arguments: dict[str, Any] = {
        "pretrained": options.weights == "imagenet",
        "num_classes": num_classes,
        "in_chans": shape.channels,
        "drop_rate": options.dropout,
        "drop_path_rate": options.drop_path,
        **options.options,
    }
    if options.entry.sizing == "argument":
        arguments["img_size"] = (shape.height, shape.width)
    what = f"timm cannot build {options.name} for images of {shape}"
    with downloading(options.name), explained(what, "check model.options and data.size"):
        return timm.create_model(options.architecture, **arguments)


def _converted(state: dict[str, torch.Tensor], net: torch.nn.Module) -> dict[str, torch.Tensor]:
    """``state`` as the architecture's own conversion has it: old names, resized position embeddings."""
    convert = getattr(sys.modules[type(net).__module__], "checkpoint_filter_fn", None)
    if convert is None:
        return state
    converted: dict[str, torch.Tensor] = convert(dict(state), net)
    return converted
