"""Catalogue entries of the encoders of segmentation-models-pytorch and, as ``timm/<name>``, of timm.

Each is built on torch's ``meta`` device; the weights are never fetched.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from ablate.catalogue import from_smp
from ablate.catalogue.from_timm import weights_of
from ablate.catalogue.probe import REFUSALS, segments

if TYPE_CHECKING:
    import torch

PREFIX = "timm/"

#: The stages of a whole encoder; five maps beside the image.
DEPTH = 5

Build = Callable[..., "torch.nn.Module | None"]
Works = Callable[["torch.nn.Module", int], bool]

#: Constructor arguments that let a network of timm take images of another size than its own.
_RESIZING: tuple[dict[str, bool], ...] = (
    {},
    {"strict_img_size": False},
    {"dynamic_img_size": True},
)

#: Mean and std of ImageNet weights that were trained with others than ImageNet's, by the names' beginning.
_HALF = ([0.5, 0.5, 0.5], [0.5, 0.5, 0.5])
_DPN = ([0.48627, 0.45882, 0.40784], [0.23482, 0.23482, 0.23482])
_OTHER_STATISTICS = {
    "dpn": _DPN,
    "inception": _HALF,
    "timm-tf_efficientnet_lite": _HALF,
    "xception": _HALF,
}
_IMAGENET = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])


def entries() -> dict[str, dict[str, Any]]:
    """Every encoder that the installed libraries offer: name to entry."""
    import segmentation_models_pytorch as smp
    import timm

    names = [*smp.encoders.encoders, *(PREFIX + name for name in timm.list_models())]
    found = {name: describe(name) for name in names}
    return {name: entry for name, entry in found.items() if entry is not None}


def describe(name: str) -> dict[str, Any] | None:
    """The entry of one encoder; ``None`` if there is none, or no architecture takes it."""
    import segmentation_models_pytorch as smp
    import timm

    if name in smp.encoders.encoders:
        return _own(name)
    model = name.removeprefix(PREFIX)
    if not name.startswith(PREFIX) or not timm.is_model(model):
        return None
    return _of_timm(model)


def _own(name: str) -> dict[str, Any]:
    import segmentation_models_pytorch as smp

    settings = smp.encoders.encoders[name]["pretrained_settings"]
    start = next((start for start in _OTHER_STATISTICS if name.startswith(start)), "")
    mean, std = _OTHER_STATISTICS.get(start, _IMAGENET)
    entry: dict[str, Any] = {
        "weights": "imagenet" in settings,
        "mean": mean,
        "std": std,
        "strides": _strides(partial(_own_encoder, name), {}),
    }
    usual = {"weights": True, "mean": _IMAGENET[0], "std": _IMAGENET[1], "strides": []}
    return {key: value for key, value in entry.items() if usual.get(key) != value}


def _of_timm(name: str) -> dict[str, Any] | None:
    """As pyramid of features where timm has one, else as the transformer that DPT takes."""
    from ablate import catalogue

    native = _native_side(name)
    pyramid = partial(_pyramid, name)
    under_dpt = partial(from_smp.build, "dpt", f"tu-{name}")
    entry: dict[str, Any] = {"pyramid": True}
    sizing = _sizing(pyramid, _gives_pyramid, native)
    if sizing is None:
        sizing = _sizing(pyramid, _gives_maps, native)
        entry["even"] = False
    if sizing is None:
        sizing = _sizing(under_dpt, segments, native)
        entry = {"pyramid": False}
    if sizing is None:
        return None
    if entry["pyramid"]:
        entry["strides"] = _strides(pyramid, sizing.get("arguments", {}))
    entry |= {**sizing, "dpt": _dpt_stride(under_dpt, sizing, native)}
    usual = {"pyramid": True, "strides": [], "dpt": 0}
    entry = {key: value for key, value in entry.items() if usual.get(key) != value}
    return entry if catalogue.timm_model(name) else entry | weights_of(name)


def _native_side(name: str) -> int:
    import timm

    config: Any = timm.get_pretrained_cfg(name)
    return int(config.input_size[-1])


def _sizing(build: Build, works: Works, native: int) -> dict[str, Any] | None:
    """How the network that ``build`` makes meets other image sizes; ``None`` if it takes none."""
    own = build()
    if own is None:
        return None
    for arguments in _RESIZING:
        net = build(**arguments) if arguments else own
        if net is not None and works(net, 64) and works(net, 96):
            return {"arguments": arguments} if arguments else {}
    resized = build(img_size=(64, 64))
    if resized is not None and works(resized, 64):
        return {"sizing": "argument"}
    if not works(own, native):
        return None
    return {} if works(own, 2 * native) else {"sizing": "fixed", "size": [native, native]}


def _strides(build: Build, arguments: Mapping[str, Any]) -> list[int]:
    """The output strides below 32 that dilation can give it."""
    return [
        stride
        for stride in (8, 16)
        if (net := build(output_stride=stride, **arguments)) is not None
        and _gives_pyramid(net, 64, stride)
    ]


def _dpt_stride(build: Build, sizing: Mapping[str, Any], native: int) -> int:
    """What image sides must be a multiple of under DPT; 0 where DPT does not take the encoder."""
    sides = {"argument": 64, "fixed": native}
    side = sides.get(sizing.get("sizing", ""), 64)
    resize = {"img_size": (side, side)} if sizing.get("sizing") == "argument" else {}
    net: Any = build(**sizing.get("arguments", {}), **resize)
    if net is None or not (segments(net, side) or segments(net, native)):
        return 0
    return int(net.encoder.output_stride)


def _gives_pyramid(net: Any, side: int, stride: int = 32) -> bool:
    """Whether each map is half as large as the one before, down to ``side / stride``."""
    sides = [side // min(2**level, stride) for level in range(DEPTH + 1)]
    return _map_sizes(net, side) == [(side, side) for side in sides]


def _gives_maps(net: Any, side: int) -> bool:
    """Whether as many maps come out, of whatever sizes."""
    return len(_map_sizes(net, side)) == DEPTH + 1


def _map_sizes(net: Any, side: int) -> list[tuple[int, ...]]:
    """Height and width of each map of an image of ``side`` x ``side``; none if the network refuses it."""
    import torch

    try:
        maps = net(torch.empty(2, 3, side, side, device="meta"))
    except REFUSALS:
        return []
    return [tuple(item.shape[2:]) for item in maps]


def _own_encoder(name: str, **arguments: Any) -> torch.nn.Module | None:
    from segmentation_models_pytorch.encoders import get_encoder

    return _on_meta(get_encoder, name, **arguments)


def _pyramid(name: str, **arguments: Any) -> torch.nn.Module | None:
    from segmentation_models_pytorch.encoders import TimmUniversalEncoder

    return _on_meta(TimmUniversalEncoder, name, pretrained=False, **arguments)


def _on_meta(build: Callable[..., Any], *args: Any, **arguments: Any) -> torch.nn.Module | None:
    from ablate.catalogue.meta import on_meta

    try:
        return on_meta(build, *args, **arguments)
    except REFUSALS:
        return None
