"""Coloured shapes on a textured ground: a segmentation set without a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import Field

from ablate.data.dataset import SemanticSegmentation
from ablate.data.mask_reading import IdMasks
from ablate.data.mask_source import MaskedSource
from ablate.data.sets.shapes_drawing import draw
from ablate.data.source import ArchiveSource, Record, SplitName

if TYPE_CHECKING:
    from ablate.data.place import DataPlace, Progress

CLASSES = {
    "background": (64, 64, 64),
    "circle": (213, 94, 0),
    "square": (0, 158, 115),
    "triangle": (0, 114, 178),
}


class Shapes(SemanticSegmentation):
    """Drawn circles, squares and triangles on a textured ground: ``count`` images to train on, half as many to test.

    As many are there to validate. Source: drawn by this package, the same on every machine, to try things out and for
    tests. Licence: that of this package. Size, place, number and colour are random; red, green and blue only hint at
    the shape.
    """

    count: int = Field(200, ge=2)
    """Training images."""
    side: int = Field(64, ge=16)
    """Height and width as drawn; ``size`` resizes them."""
    noise: float = Field(0.1, ge=0.0, le=1.0)
    """How far pixels stray at most, as a share of the range of colours."""

    def source(self, place: DataPlace, progress: Progress | None = None) -> MaskedSource:
        """The drawings, made when they are read."""
        reading = f"shapes 1, {self.count} x {self.side}, noise {self.noise}"
        images = ArchiveSource(tuple(CLASSES), (), reading, self._records)
        ids = tuple((number, number) for number in range(len(CLASSES)))
        return MaskedSource(images, IdMasks(ids), tuple(CLASSES.values()))

    def _records(self) -> Sequence[Record]:
        sizes: dict[SplitName, int] = {"train": self.count, "val": (self.count + 1) // 2}
        sizes["test"] = sizes["val"]
        records: list[Record] = []
        for seed, (split, count) in enumerate(sizes.items()):
            for number in range(count):
                image, mask = draw(seed, number, self.side, self.noise)
                records.append(Record(split, 0, f"{number:04d}", image, mask))
        return records
