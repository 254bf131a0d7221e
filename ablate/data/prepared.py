"""A data set ready for training: what every trial of a condition gets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ablate.data.image_hash import Hashes
from ablate.data.source import Pixels, SplitName
from ablate.spec.labels import NONE, Labels
from ablate.spec.values import ImageShape, Normalization

#: What a mask holds where the truth is unknown.
VOID = 255


@dataclass(frozen=True, slots=True, eq=False)
class Masks:
    """The true classes of every pixel of M images: classes of the data set, or :data:`VOID`.

    ``resized`` (M, H, W) uint8 are the masks at the images' size (nearest), memory-mapped. ``pixels`` (P,) uint8 are
    those of the original size one after the other, memory-mapped, image ``i`` from ``offsets[i]`` on, of
    ``sizes[i]`` (height, width). ``counts`` (M, S) int64: pixels of each of the S classes in ``resized``.
    """

    resized: Pixels
    pixels: Pixels
    offsets: NDArray[np.int64]
    sizes: NDArray[np.int64]
    counts: NDArray[np.int64]

    def original(self, image: int) -> Pixels:
        """(height, width) uint8: the mask of an image as it was annotated."""
        height, width = (int(side) for side in self.sizes[image])
        start = int(self.offsets[image])
        mask: Pixels = self.pixels[start : start + height * width].reshape(height, width)
        return mask


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """A part of a set of images.

    ``images`` (M, H, W, C) uint8, memory-mapped and perhaps shared with other splits; ``indices`` (N,) int64, the
    images of this one, ascending; ``labels`` (N,) int64, their classes (of the network's). ``masks`` are those of all
    M images where every pixel has a class; ``labels`` are then all 0. ``names`` are the names of all M images, as far
    as they are known, ``hashes`` (M,) those of the images before they were resized.
    """

    images: Pixels
    indices: NDArray[np.int64]
    labels: NDArray[np.int64]
    masks: Masks | None = None
    names: Sequence[str] = ()
    hashes: Hashes | None = None

    def __len__(self) -> int:
        return len(self.indices)

    def image_names(self) -> list[str]:
        """The names of the N images; by their place where the data set gives none.

        >>> Split(np.zeros((3, 1, 1, 1), np.uint8), np.arange(2), np.array([0, 2])).image_names()
        ['0000', '0001']
        """
        places = enumerate(self.indices.tolist())
        return [self.names[image] if self.names else f"{place:04d}" for place, image in places]

    def class_counts(self, num_classes: int) -> NDArray[np.int64]:
        """(num_classes,) int64: images of each class.

        >>> Split(np.zeros((3, 1, 1, 1), np.uint8), np.arange(3), np.array([0, 2, 2])).class_counts(3)
        array([1, 0, 2])
        """
        return np.bincount(self.labels, minlength=num_classes).astype(np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class PreparedData:
    """Decoded images, split.

    ``splits`` has ``train`` and ``val``, and ``test`` where the set has an official one. ``normalization`` is
    the mean and std of the train split. ``warnings`` are options, and what is doubtful about what they led to.
    """

    name: str
    fingerprint: str
    labels: Labels
    shape: ImageShape
    splits: Mapping[SplitName, Split]
    normalization: Normalization
    warnings: tuple[tuple[str, str], ...] = ()

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes that the network tells apart."""
        return self.labels.classes

    @property
    def num_classes(self) -> int:
        """How many classes there are."""
        return len(self.classes)

    def class_counts(self, split: SplitName) -> NDArray[np.int64]:
        """(num_classes,) int64: images of each class in a split; with masks, pixels at the images' size."""
        part = self.splits[split]
        if part.masks is None:
            return part.class_counts(self.num_classes)
        counts = np.zeros(self.num_classes, np.int64)
        of_source = part.masks.counts[part.indices].sum(axis=0)
        for source, own in enumerate(self.labels.own.of_source):
            if own != NONE:
                counts[own] += of_source[source]
        return counts
