"""Catalogue entries of torchvision's segmentation networks, found by building each on torch's ``meta`` device."""

from __future__ import annotations

from typing import Any

from ablate.catalogue.probe import CLASSES, segments, smallest_side


def entries() -> dict[str, dict[str, Any]]:
    """Every segmentation network of the installed torchvision: name to entry."""
    return {name: describe(name) for name in names()}


def names() -> list[str]:
    """The names of the installed torchvision."""
    from torchvision import models

    found: list[str] = models.list_models(module=models.segmentation)
    return found


def describe(name: str) -> dict[str, Any]:
    """The entry of one network."""
    from torchvision import models

    from ablate.catalogue.meta import on_meta

    transforms = models.get_model_weights(name).DEFAULT.transforms()
    net = on_meta(
        models.get_model,
        name,
        weights=None,
        weights_backbone=None,
        num_classes=CLASSES,
        aux_loss=False,
    )
    smallest = smallest_side(lambda side: segments(lambda images: net(images)["out"], side), 224)
    entry = {"mean": list(transforms.mean), "std": list(transforms.std), "min_side": smallest}
    return {key: value for key, value in entry.items() if (key, value) != ("min_side", 1)}
