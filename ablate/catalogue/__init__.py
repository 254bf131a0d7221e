"""What is known of other libraries' classes without importing them, from JSON files shipped with ablate.

``python -m ablate.catalogue`` writes the files anew from the installed libraries. This package imports the standard
library alone; files are read when first asked for.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from ablate.catalogue.entries import OptimizerEntry, TimmEntry, TorchvisionEntry
from ablate.catalogue.segmentation_entries import (
    SmpArchitecture,
    SmpEncoder,
    TorchvisionSegmenter,
)

__all__ = [
    "OptimizerEntry",
    "SmpArchitecture",
    "SmpEncoder",
    "TimmEntry",
    "TorchvisionEntry",
    "TorchvisionSegmenter",
    "names",
    "optimizer",
    "smp_architecture",
    "smp_encoder",
    "smp_encoder_from",
    "timm_model",
    "torchvision_model",
    "torchvision_segmenter",
]

_TIMM = "timm/"


def names(library: str) -> tuple[str, ...]:
    """Every name of a catalogue, sorted.

    There are ``optimizers``, ``smp``, ``smp_encoders``, ``timm``, ``torchvision``, ``torchvision_segmentation``.

    >>> names("torchvision")[:2]
    ('alexnet', 'convnext_base')
    """
    return tuple(sorted(_read(library)))


def timm_model(name: str) -> TimmEntry | None:
    """A classifier of timm by its name, with or without the tag of its weights.

    >>> timm_model("resnet50.a1_in1k").mean
    (0.485, 0.456, 0.406)
    """
    architecture, _, tag = name.partition(".")
    found = _read("timm").get(architecture)
    if found is None or (tag and tag not in found["tags"]):
        return None
    return TimmEntry.from_json(found, tag)


def torchvision_model(name: str) -> TorchvisionEntry | None:
    """A classifier of torchvision by its name."""
    found = _read("torchvision").get(name)
    return None if found is None else TorchvisionEntry.from_json(found)


def torchvision_segmenter(name: str) -> TorchvisionSegmenter | None:
    """A segmentation network of torchvision by its name."""
    found = _read("torchvision_segmentation").get(name)
    return None if found is None else TorchvisionSegmenter.from_json(found)


def smp_architecture(name: str) -> SmpArchitecture | None:
    """An architecture of segmentation-models-pytorch by its name.

    >>> smp_architecture("deeplabv3plus").stride
    16
    """
    found = _read("smp").get(name)
    return None if found is None else SmpArchitecture.from_json(found)


def smp_encoder(name: str) -> SmpEncoder | None:
    """An encoder by its name: one of segmentation-models-pytorch or ``timm/<name>``, with or without a tag.

    >>> smp_encoder("resnet34").strides, smp_encoder("timm/tf_efficientnet_lite0").mean
    ((8, 16), (0.5, 0.5, 0.5))
    """
    found = _read("smp_encoders").get(name.partition(".")[0])
    return None if found is None else smp_encoder_from(found, name)


def smp_encoder_from(found: Mapping[str, Any], name: str) -> SmpEncoder | None:
    """The encoder of a JSON entry; what is known of weights stands in timm's catalogue where that has the network."""
    if not name.startswith(_TIMM):
        return SmpEncoder.from_json(found, found)
    model, _, tag = name.removeprefix(_TIMM).partition(".")
    known = _read("timm").get(model, found)
    of_weights = known["tags"].get(tag or known["default_tag"])
    return None if of_weights is None else SmpEncoder.from_json(found, of_weights)


def optimizer(name: str) -> OptimizerEntry | None:
    """An optimizer of torch by its name in lower case.

    >>> optimizer("adam").arguments["betas"].default
    (0.9, 0.999)
    """
    found = _read("optimizers").get(name)
    return None if found is None else OptimizerEntry.from_json(found)


@cache
def _read(library: str) -> dict[str, Any]:
    text = files(__name__).joinpath(f"{library}.json").read_text(encoding="utf-8")
    entries: dict[str, Any] = json.loads(text)["entries"]
    return entries
