"""The entries of the catalogues as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

Sizing = Literal["free", "argument", "fixed"]
"""How a network meets another image size: as it is, when told at construction, or not at all."""


@dataclass(frozen=True, slots=True)
class TimmEntry:
    """A classifier of timm.

    ``size`` is the height and width it was designed for, ``min_side`` the least it works on. ``patch`` is the side
    of its patches where rows and columns beyond a whole number of patches are cut off. ``mean`` and ``std``
    belong to its weights (RGB, 0..1).
    """

    size: tuple[int, int]
    sizing: Sizing
    min_side: int
    patch: int
    dropout: bool
    drop_path: bool
    weights: bool
    mean: tuple[float, ...]
    std: tuple[float, ...]

    @classmethod
    def from_json(cls, entry: Mapping[str, Any], tag: str) -> Self:
        """The entry of a JSON file, with the weights called ``tag`` (empty: the default ones)."""
        of_weights = entry["tags"][tag or entry["default_tag"]]
        return cls(
            size=tuple(entry["size"]),
            sizing=entry["sizing"],
            min_side=entry.get("min_side", 1),
            patch=entry.get("patch", 1),
            dropout=entry.get("dropout", True),
            drop_path=entry.get("drop_path", True),
            weights=of_weights["weights"],
            mean=tuple(of_weights["mean"]),
            std=tuple(of_weights["std"]),
        )


@dataclass(frozen=True, slots=True)
class TorchvisionEntry:
    """A classifier of torchvision.

    ``size_argument`` is the constructor's argument for the image size (empty if it has none), ``multiple`` what
    that size must be a multiple of. ``rgb_weights`` tells that its weights work on three channels only.
    """

    size: tuple[int, int]
    min_side: int
    size_argument: str
    multiple: int
    rgb_weights: bool
    mean: tuple[float, ...]
    std: tuple[float, ...]

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> Self:
        """The entry of a JSON file."""
        return cls(
            size=tuple(entry["size"]),
            min_side=entry.get("min_side", 1),
            size_argument=entry.get("size_argument", ""),
            multiple=entry.get("multiple", 1),
            rgb_weights=entry.get("rgb_weights", False),
            mean=tuple(entry["mean"]),
            std=tuple(entry["std"]),
        )


@dataclass(frozen=True, slots=True)
class Argument:
    """A constructor's argument: ``kind`` is ``bool``, ``int``, ``float``, or these as a tuple.

    A tuple's parts are separated by commas; ``?`` marks a part that may be ``None``: ``float?,float``.
    """

    kind: str
    default: Any


@dataclass(frozen=True, slots=True)
class OptimizerEntry:
    """An optimizer of torch: its class, its arguments and its implementations.

    ``fused`` are the devices it has a fused kernel for; ``foreach``: it can step over all tensors at once.
    """

    class_name: str
    arguments: Mapping[str, Argument]
    fused: tuple[str, ...]
    foreach: bool

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> Self:
        """The entry of a JSON file."""
        arguments = {
            name: Argument(item["kind"], _frozen(item["default"]))
            for name, item in entry["arguments"].items()
        }
        return cls(
            class_name=entry["class"],
            arguments=arguments,
            fused=tuple(entry.get("fused", ())),
            foreach=entry.get("foreach", False),
        )


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
