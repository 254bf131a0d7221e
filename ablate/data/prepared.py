"""A data set ready for training: what every trial of a condition gets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ablate.data.source import Pixels, SplitName
from ablate.spec.values import ImageShape, Normalization


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """A part of a set of images.

    ``images`` (M, H, W, C) uint8, memory-mapped and perhaps shared with other splits; ``indices`` (N,) int64, the
    images of this one, ascending; ``labels`` (N,) int64, theirs.
    """

    images: Pixels
    indices: NDArray[np.int64]
    labels: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.indices)

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
    the mean and std of the train split.
    """

    name: str
    fingerprint: str
    classes: tuple[str, ...]
    shape: ImageShape
    splits: Mapping[SplitName, Split]
    normalization: Normalization

    @property
    def num_classes(self) -> int:
        """How many classes there are."""
        return len(self.classes)
