"""What most metrics follow from: hits, true items and predicted items of each class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ablate.outcomes import Outcomes

#: The bin of classes that are left out.
LEFT_OUT = -1

Sums = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class ClassSums:
    """Whole numbers (..., C) float64, for any number of matrices at once.

    ``hits`` are the items predicted as the class they are of, ``support`` those of the class, ``predicted`` those
    predicted as it. A ratio without items is ``nan``, as those of a confusion matrix are.
    """

    hits: Sums
    support: Sums
    predicted: Sums

    def recall(self) -> Sums:
        """(..., C): share of the class's items that were found; of all classes pooled it is the accuracy."""
        return _ratio(self.hits, self.support)

    def f1(self) -> Sums:
        """(..., C): 2 TP / (2 TP + FP + FN)."""
        return _ratio(2.0 * self.hits, self.support + self.predicted)

    def iou(self) -> Sums:
        """(..., C): TP / (TP + FP + FN)."""
        return _ratio(self.hits, self.support + self.predicted - self.hits)


def image_sums(
    found: Outcomes, rows: Sequence[int], columns: Sequence[int], bins: Sequence[int]
) -> ClassSums:
    """The sums of each of N images, (N, B).

    Args:
        found: what became of the images.
        rows: the class that each true class belongs to, negative where its items are not counted.
        columns: the class that each predicted class belongs to, negative where it is none of them.
        bins: the bin that each class is counted in: one each, one for several, or :data:`LEFT_OUT`.

    >>> found = Outcomes.of_images(np.array([0, 1, 1]), np.array([0, 1, 0]))
    >>> image_sums(found, rows=(0, 1), columns=(0, 1), bins=(0, 0)).hits.ravel()
    array([1., 1., 0.])
    """
    number = max(bins) + 1
    to_bin = np.append(np.asarray(bins), LEFT_OUT)  # the last takes what belongs to no class
    true, predicted = np.asarray(rows)[found.true], np.asarray(columns)[found.predicted]
    true_bin = to_bin[np.where(true >= 0, true, -1)]
    counted = true >= 0
    predicted_bin = to_bin[np.where(counted & (predicted >= 0), predicted, -1)]
    hit_bin = np.where(counted & (true == predicted), true_bin, LEFT_OUT)

    def added(which: NDArray[np.integer]) -> Sums:
        kept = which >= 0
        place = found.image[kept].astype(np.int64) * number + which[kept]
        items = found.count[kept].astype(np.float64)
        sums = np.bincount(place, weights=items, minlength=found.images * number)
        return sums.astype(np.float64).reshape(found.images, number)

    return ClassSums(added(hit_bin), added(true_bin), added(predicted_bin))


def mean_over_classes(values: Sums) -> Sums:
    """(...,) from (..., C): the mean of the classes that have a value, ``nan`` where none has."""
    defined = ~np.isnan(values)
    return _ratio(np.where(defined, values, 0.0).sum(axis=-1), defined.sum(axis=-1))


def _ratio(numerator: Sums, denominator: Sums) -> Sums:
    ratios = np.full(np.shape(numerator), np.nan)
    np.divide(numerator, denominator, out=ratios, where=np.asarray(denominator) > 0)
    return ratios
