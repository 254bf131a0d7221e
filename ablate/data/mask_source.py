"""Data sets whose images have masks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from ablate.data.mask_reading import MaskReading
from ablate.data.source import Record, Source, SplitName
from ablate.spec.labels import Color


@dataclass(frozen=True)
class MaskedSource:
    """Images with masks, and what these mean.

    ``palette`` holds a colour for each class; it is empty where the data set brings none. Images that viewers turn
    (EXIF) may have been annotated as shown or as stored; ``is_stored_view`` says that it was as stored.
    """

    images: Source
    masks: MaskReading
    palette: tuple[Color, ...] = ()
    is_stored_view: bool = True

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes, by the number that pixels get."""
        return self.images.classes

    def stamp(self) -> Any:
        """That of the images, and how their masks are read."""
        return ["masks", self.is_stored_view, self.masks.identity(), self.images.stamp()]

    def records(self) -> Sequence[Record]:
        """Every image with its mask, always in the same order."""
        return self.images.records()


class ImagePair(NamedTuple):
    """An image and its mask in files of their own, which were not opened yet.

    ``stamps`` holds size and time of change of both.
    """

    split: SplitName
    name: str
    image: str
    mask: str
    stamps: tuple[int, int, int, int]


@dataclass(frozen=True)
class PairSource:
    """Images and masks in files of their own."""

    classes: tuple[str, ...]
    pairs: tuple[ImagePair, ...]

    def stamp(self) -> Any:
        """All that is known of every file."""
        return [self.classes, self.pairs]

    def records(self) -> Sequence[Record]:
        """One record a pair."""
        return [
            Record(pair.split, 0, pair.name, Path(pair.image), Path(pair.mask))
            for pair in self.pairs
        ]
