"""The entries of the catalogues of segmentation networks as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from ablate.catalogue.entries import Sizing

_IMAGENET_MEAN = (0.485, 0.456, 0.406)
_IMAGENET_STD = (0.229, 0.224, 0.225)


@dataclass(frozen=True, slots=True)
class SmpArchitecture:
    """An architecture of segmentation-models-pytorch.

    ``depth`` and ``stride`` are the encoder's stages and output stride unless options say otherwise; a ``stride``
    below 32 needs an encoder that can be dilated. ``any_size``: images need no multiple of the stride.
    ``transformers``: made for vision transformers of timm. ``refuses`` are encoders that it does not take,
    ``arguments`` the names of its constructor's further arguments.
    """

    depth: int
    stride: int
    any_size: bool
    transformers: bool
    min_side: int
    refuses: frozenset[str]
    arguments: tuple[str, ...]

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> Self:
        """The entry of a JSON file."""
        return cls(
            depth=entry["depth"],
            stride=entry.get("stride", 32),
            any_size=entry.get("any_size", False),
            transformers=entry.get("transformers", False),
            min_side=entry.get("min_side", 1),
            refuses=frozenset(entry.get("refuses", ())),
            arguments=tuple(entry["arguments"]),
        )


@dataclass(frozen=True, slots=True)
class SmpEncoder:
    """An encoder for segmentation-models-pytorch, one of its own or a network of timm.

    ``pyramid``: it gives feature maps at several scales; ``even``: each half as large as the one before. ``dpt``: what
    image sides must be a multiple of under DPT, 0 where DPT does not take it. ``strides`` are the output strides below
    32 that it can be dilated to. ``arguments`` of its constructor let it take images of any size. ``mean`` and ``std``
    belong to its ImageNet weights (RGB, 0..1), which exist if ``weights``.
    """

    pyramid: bool
    even: bool
    dpt: int
    strides: tuple[int, ...]
    sizing: Sizing
    size: tuple[int, ...]
    arguments: Mapping[str, Any]
    weights: bool
    mean: tuple[float, ...]
    std: tuple[float, ...]

    @classmethod
    def from_json(cls, entry: Mapping[str, Any], of_weights: Mapping[str, Any]) -> Self:
        """The entry of a JSON file, with what is known of its weights."""
        return cls(
            pyramid=entry.get("pyramid", True),
            even=entry.get("even", True),
            dpt=entry.get("dpt", 0),
            strides=tuple(entry.get("strides", ())),
            sizing=entry.get("sizing", "free"),
            size=tuple(entry.get("size", ())),
            arguments=entry.get("arguments", {}),
            weights=of_weights.get("weights", True),
            mean=tuple(of_weights.get("mean", _IMAGENET_MEAN)),
            std=tuple(of_weights.get("std", _IMAGENET_STD)),
        )


@dataclass(frozen=True, slots=True)
class TorchvisionSegmenter:
    """A segmentation network of torchvision; ``mean`` and ``std`` belong to its weights (RGB, 0..1)."""

    min_side: int
    mean: tuple[float, ...]
    std: tuple[float, ...]

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> Self:
        """The entry of a JSON file."""
        return cls(
            min_side=entry.get("min_side", 1),
            mean=tuple(entry["mean"]),
            std=tuple(entry["std"]),
        )
