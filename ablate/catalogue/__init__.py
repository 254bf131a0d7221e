"""What is known of other libraries' classes without importing them, from JSON files shipped with ablate.

``python -m ablate.catalogue`` writes the files anew from the installed libraries. This package imports the standard
library alone; files are read when first asked for.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

from ablate.catalogue.entries import OptimizerEntry, TimmEntry, TorchvisionEntry

__all__ = [
    "OptimizerEntry",
    "TimmEntry",
    "TorchvisionEntry",
    "names",
    "optimizer",
    "timm_model",
    "torchvision_model",
]


def names(library: str) -> tuple[str, ...]:
    """Every name of a catalogue (``optimizers``, ``timm``, ``torchvision``), sorted.

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
