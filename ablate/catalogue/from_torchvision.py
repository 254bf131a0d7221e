"""Catalogue entries of torchvision's classifiers, found by building each on torch's ``meta`` device."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from ablate.catalogue.probe import CLASSES, classifies, smallest_side

if TYPE_CHECKING:
    import torch


def entries() -> dict[str, dict[str, Any]]:
    """Every classifier of the installed torchvision: name to entry."""
    from torchvision import models

    return {name: describe(name) for name in models.list_models(module=models)}


def describe(name: str) -> dict[str, Any]:
    """The entry of one classifier."""
    from torchvision import models

    from ablate.catalogue.meta import on_meta

    transforms = models.get_model_weights(name).DEFAULT.transforms()
    (side,) = transforms.crop_size
    net = on_meta(models.get_model, name, num_classes=CLASSES, **quiet(name))
    entry: dict[str, Any] = {
        "size": [side, side],
        "mean": list(transforms.mean),
        "std": list(transforms.std),
        "rgb_weights": "transform_input" in quiet(name),
        **_sizing(net, side),
    }
    usual = {"min_side": 1, "rgb_weights": False}
    return {key: value for key, value in entry.items() if usual.get(key) != value}


def quiet(name: str) -> dict[str, bool]:
    """Arguments that keep Inception networks to one output and to the initialisation asked for.

    ``transform_input`` is there where the weights expect their RGB input rescaled inside the network.
    """
    from torchvision import models

    module = inspect.getmodule(models.get_model_builder(name))
    if not hasattr(module, "InceptionAux"):
        return {}
    return {"aux_logits": False, "init_weights": False, "transform_input": False}


def _sizing(net: torch.nn.Module, side: int) -> dict[str, Any]:
    if hasattr(net, "image_size"):
        return {"size_argument": "image_size", "multiple": net.patch_size}
    if hasattr(net, "partition_size"):
        return {"size_argument": "input_size", "multiple": side}
    return {"min_side": smallest_side(lambda other: classifies(net, other), side)}
