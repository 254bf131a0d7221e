"""Catalogue entries of segmentation-models-pytorch's architectures, built on torch's ``meta`` device."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from ablate.catalogue.probe import CLASSES, REFUSALS, segments

if TYPE_CHECKING:
    import torch

#: Constructor arguments that ablate decides: the encoder, the images, the classes and what comes out.
DECIDED = {
    "activation",
    "aux_params",
    "classes",
    "encoder_name",
    "encoder_weights",
    "in_channels",
}

#: Builds quickly, and every architecture but DPT takes it.
_PLAIN = "resnet18"

#: Vision transformers are for DPT alone.
_TRANSFORMER = "tu-vit_tiny_patch16_224"


def entries() -> dict[str, dict[str, Any]]:
    """Every architecture of the installed library: name to entry."""
    return {name: describe(name) for name in architectures()}


def architectures() -> dict[str, Any]:
    """Name to class."""
    import segmentation_models_pytorch as smp

    found: dict[str, Any] = smp.MODEL_ARCHITECTURES_MAPPING
    return found


def describe(name: str) -> dict[str, Any]:
    """The entry of one architecture."""
    cls = architectures()[name]
    parameters = inspect.signature(cls.__init__).parameters
    defaults = {key: item.default for key, item in parameters.items()}
    net = build(name, _PLAIN)
    entry: dict[str, Any] = {
        "depth": defaults["encoder_depth"],
        "stride": defaults.get("encoder_output_stride", 32),
        "any_size": net is not None and segments(net, 65),
        "transformers": net is None,
        "min_side": _min_side(name),
        "refuses": [] if net is None or "encoder_output_stride" in defaults else _refused(name),
        "arguments": [key for key in parameters if key not in DECIDED | {"self", "kwargs"}],
    }
    usual = {"stride": 32, "any_size": False, "transformers": False, "min_side": 1, "refuses": []}
    return {key: value for key, value in entry.items() if usual.get(key) != value}


def build(name: str, encoder: str, **arguments: Any) -> torch.nn.Module | None:
    """The network on ``meta`` with fresh weights; ``None`` if the library refuses the combination."""
    import segmentation_models_pytorch as smp

    from ablate.catalogue.meta import on_meta

    fixed = {"encoder_name": encoder, "encoder_weights": None, "classes": CLASSES}
    try:
        return on_meta(smp.create_model, name, **fixed, **arguments)
    except REFUSALS:
        return None


def _min_side(name: str) -> int:
    """The least side that the decoder takes, of multiples of 32; 1 where that is 32 itself."""
    net = build(name, _PLAIN) or build(name, _TRANSFORMER, dynamic_img_size=True)
    if net is None:
        raise LookupError(f"{name} takes none of the usual encoders")
    side = next(side for side in range(32, 257, 32) if segments(net, side))
    return 1 if side == 32 else side


def _refused(name: str) -> list[str]:
    """The library's own encoders that the architecture refuses; encoders of one class are alike."""
    import segmentation_models_pytorch as smp

    of_class: dict[Any, list[str]] = {}
    for encoder, item in smp.encoders.encoders.items():
        of_class.setdefault(item["encoder"], []).append(encoder)
    refused = (names for names in of_class.values() if build(name, names[0]) is None)
    return sorted(encoder for names in refused for encoder in names)
