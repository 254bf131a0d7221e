"""Images that two splits, or two sets of images, have in common, pixel for pixel.

A network that learned them by heart scores better on them than on new ones. Compared are the images as decoded, before
they are resized: a copy that was flipped, cropped, resized or compressed again is another image here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from ablate.data.image_hash import Hashes, image_hash
from ablate.data.prepared import PreparedData, Split
from ablate.data.source import SplitName

#: Begins the names of what trials record of it: ``overlap/val/train``, of so many images: ``images/val``.
_OVERLAP = "overlap"
_IMAGES = "images"

#: A split that is evaluated, and one that should have nothing of it.
_PAIRS: tuple[tuple[SplitName, SplitName], ...] = (
    ("val", "train"),
    ("test", "train"),
    ("test", "val"),
)


@dataclass(frozen=True, slots=True)
class Overlap:
    """``images`` of the ``total`` of a split are also in ``other``: another split, or what else was trained on."""

    split: str
    other: str
    images: int
    total: int

    def __str__(self) -> str:
        verb = "is" if self.images == 1 else "are"
        return f"{self.images:,} of {self.total:,} {self.split} images {verb} also in {self.other}"


def overlaps(data: PreparedData) -> tuple[Overlap, ...]:
    """What the splits of a data set have in common; nothing where they have nothing."""
    found = (
        _between(data.splits[split], data.splits[other], split, other)
        for split, other in _PAIRS
        if split in data.splits and other in data.splits
    )
    return tuple(overlap for overlap in found if overlap.images)


def overlap(upstream: PreparedData, data: PreparedData, name: str = "") -> tuple[Overlap, ...]:
    """The images of ``val`` and ``test`` of ``data`` that ``upstream`` has in ``train``, the set of a pre-training.

    Both may be prepared at any size. ``name`` is what the result calls the pre-training; by default its data set.
    """
    other = name or upstream.name
    found = (
        _between(data.splits[split], upstream.splits["train"], split, other)
        for split in ("val", "test")
        if split in data.splits
    )
    return tuple(overlap for overlap in found if overlap.images)


def overlap_warnings(data: PreparedData) -> Iterator[tuple[str, str]]:
    """Options and what is doubtful about them: splits that share images."""
    for found in overlaps(data):
        yield "", f"{found}, pixel for pixel: their scores say little about new images"


def recorded(found: tuple[Overlap, ...]) -> dict[str, int]:
    """What a trial records of overlaps.

    >>> recorded((Overlap("val", "train", 12, 1000),))
    {'overlap/val/train': 12, 'images/val': 1000}
    """
    shared = {f"{_OVERLAP}/{one.split}/{one.other}": one.images for one in found}
    return {**shared, **{f"{_IMAGES}/{one.split}": one.total for one in found}}


def read_recorded(measured: Mapping[str, float]) -> tuple[Overlap, ...]:
    """The overlaps among all that a trial recorded.

    >>> [str(one) for one in read_recorded({"overlap/test/byol": 1.0, "images/test": 50.0})]
    ['1 of 50 test images is also in byol']
    """
    names = (name.split("/", 2) for name in measured if name.startswith(f"{_OVERLAP}/"))
    return tuple(
        Overlap(
            split,
            other,
            round(measured[f"{_OVERLAP}/{split}/{other}"]),
            round(measured[f"{_IMAGES}/{split}"]),
        )
        for _, split, other in names
    )


def _between(part: Split, other: Split, split: str, name: str) -> Overlap:
    shared = np.isin(_hashes(part), _hashes(other))
    return Overlap(split, name, int(shared.sum()), len(part))


def hash_order(part: Split) -> str:
    """A hash of the images of a split in their order: 32 hexadecimal digits, whatever size they were resized to."""
    return hashlib.blake2b(_hashes(part).astype("<u8").tobytes(), digest_size=16).hexdigest()


def _hashes(part: Split) -> Hashes:
    """Those of the images before they were resized; of the images as they are where nobody kept them."""
    if part.hashes is not None:
        return part.hashes[part.indices]
    return np.array([image_hash(part.images[index]) for index in part.indices], np.uint64)
