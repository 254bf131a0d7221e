"""Catalogue entries of timm's classifiers, found by building each on torch's ``meta`` device."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from ablate.catalogue.probe import CLASSES, REFUSALS, classifies, smallest_side

if TYPE_CHECKING:
    import torch


def entries() -> dict[str, dict[str, Any]]:
    """Every classifier of the installed timm: name to entry."""
    import timm

    found = {name: describe(name) for name in timm.list_models()}
    return {name: entry for name, entry in found.items() if entry is not None}


def describe(name: str) -> dict[str, Any] | None:
    """The entry of one architecture (a name without a tag); ``None`` if it does not classify."""
    import timm

    net = _build(name) if timm.is_model(name) else None
    if net is None:
        return None
    height, width = net.pretrained_cfg["input_size"][1:]
    if not classifies(net, height, width):
        return None
    entry: dict[str, Any] = {"size": [height, width], **_sizing(name, net, height)}
    entry["patch"] = _cut_patch(net)
    entry["dropout"] = _takes(name, net, "drop_rate")
    entry["drop_path"] = _takes(name, net, "drop_path_rate")
    usual = {"min_side": 1, "patch": 1, "dropout": True, "drop_path": True}
    entry = {key: value for key, value in entry.items() if usual.get(key) != value}
    return entry | weights_of(name)


def _build(name: str, **arguments: Any) -> Any | None:
    import timm

    from ablate.catalogue.meta import on_meta

    try:
        return on_meta(timm.create_model, name, num_classes=CLASSES, **arguments)
    except REFUSALS:
        return None


def _sizing(name: str, net: torch.nn.Module, native: int) -> dict[str, Any]:
    half = max(32, native // 64 * 32)
    if classifies(net, half):
        smallest = smallest_side(lambda side: classifies(net, side), native)
        return {"sizing": "free", "min_side": smallest}
    resized = _build(name, img_size=half)
    if resized is not None and classifies(resized, half):
        return {"sizing": "argument"}
    return {"sizing": "free" if classifies(net, 2 * native) else "fixed"}


def _cut_patch(net: Any) -> int:
    """The side of patches that images are cut into without padding; 1 if there are none."""
    patches = getattr(net, "patch_embed", None)
    of_maps = hasattr(patches, "backbone")
    if of_maps or getattr(patches, "dynamic_img_pad", None) is not False:
        return 1
    return int(max(net.patch_embed.patch_size))


def _takes(name: str, net: torch.nn.Module, argument: str) -> bool:
    parameters = inspect.signature(type(net).__init__).parameters
    if argument in parameters:
        return True
    open_ended = any(item.kind is item.VAR_KEYWORD for item in parameters.values())
    return open_ended and _build(name, **{argument: 0.1}) is not None


def weights_of(name: str) -> dict[str, Any]:
    """The tags of an architecture's published weights, each with its mean and std."""
    import timm
    from timm.models import get_arch_pretrained_cfgs

    tags = {
        config.tag or "": {  # architectures without weights have no tag
            "weights": bool(config.has_weights),
            "mean": list(config.mean),
            "std": list(config.std),
        }
        for config in get_arch_pretrained_cfgs(name).values()
    }
    default: Any = timm.get_pretrained_cfg(name)
    return {"default_tag": default.tag or "", "tags": tags}
