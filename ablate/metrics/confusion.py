"""The confusion matrix: counted once an evaluation, everything else derives from it.

A class is *absent* where its denominator is zero; its value is then ``nan`` and means leave it
out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ablate.errors import DataError

Counts = NDArray[np.int64]
Ratios = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class ConfusionMatrix:
    """``counts[t, p]``: (C, C) int64, items of class ``t`` that were predicted as ``p``.

    >>> matrix = count(np.array([0, 0, 1]), np.array([0, 1, 1]), num_classes=3)
    >>> matrix.accuracy(), matrix.recall().tolist()
    (0.6666666666666666, [0.5, 1.0, nan])
    """

    counts: Counts
    missed: Counts | None = None
    """(C,) int64: items of each class that were predicted as none of the classes; ``None`` means there are none."""

    @classmethod
    def empty(cls, num_classes: int) -> ConfusionMatrix:
        """Nothing counted yet."""
        return cls(np.zeros((num_classes, num_classes), dtype=np.int64))

    def merge(self, other: ConfusionMatrix) -> ConfusionMatrix:
        """The counts of both."""
        missed = None if self.missed is other.missed is None else self._missed + other._missed
        return ConfusionMatrix(self.counts + other.counts, missed)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, ConfusionMatrix)
            and np.array_equal(self.counts, other.counts)
            and np.array_equal(self._missed, other._missed)
        )

    def __hash__(self) -> int:
        return hash((self.counts.shape, self.counts.tobytes(), self._missed.tobytes()))

    @property
    def num_classes(self) -> int:
        """C."""
        return int(self.counts.shape[0])

    @property
    def total(self) -> int:
        """Items counted; ignored ones are not among them."""
        return int(self.support.sum())

    @property
    def support(self) -> Counts:
        """(C,) int64: items of each true class."""
        support: Counts = self.counts.sum(axis=1) + self._missed
        return support

    def accuracy(self) -> float:
        """Share of items predicted correctly; ``nan`` when nothing was counted."""
        return int(self._hits().sum()) / self.total if self.total else float("nan")

    def recall(self) -> Ratios:
        """(C,) float64: accuracy within each true class; ``nan`` where the class has no items."""
        return _ratio(self._hits(), self.support)

    def precision(self) -> Ratios:
        """(C,) float64: right share of each class's predictions; ``nan`` where none was made."""
        return _ratio(self._hits(), self.counts.sum(axis=0))

    def f1(self) -> Ratios:
        """(C,) float64: 2 TP / (2 TP + FP + FN); ``nan`` for a class neither true nor predicted."""
        return _ratio(2 * self._hits(), self.support + self.counts.sum(axis=0))

    def macro_f1(self) -> float:
        """Mean F1 of the classes that occur in truth or prediction.

        Equal to scikit-learn's ``f1_score(average="macro", zero_division=0)``.
        """
        return mean_of_defined(self.f1())

    def mean_class_accuracy(self) -> float:
        """Mean recall of the classes that have items; scikit-learn's balanced accuracy."""
        return mean_of_defined(self.recall())

    def iou(self) -> Ratios:
        """(C,) float64: TP / (TP + FP + FN); ``nan`` for a class neither true nor predicted."""
        union = self.support + self.counts.sum(axis=0) - self._hits()
        return _ratio(self._hits(), union)

    def mean_iou(self) -> float:
        """Mean IoU of the classes that occur in truth or prediction; scikit-learn's macro Jaccard score."""
        return mean_of_defined(self.iou())

    def _hits(self) -> Counts:
        return np.diagonal(self.counts)

    @property
    def _missed(self) -> Counts:
        return np.zeros(self.num_classes, np.int64) if self.missed is None else self.missed


def project(
    cells: Counts, rows: Sequence[int], columns: Sequence[int], num_classes: int
) -> ConfusionMatrix:
    """The matrix of other classes, from counts of finer ones.

    Args:
        cells: (R, K) int64, items of true class ``r`` that were predicted as class ``k``.
        rows: (R,) the class that each true class belongs to, negative where its items are not counted.
        columns: (K,) the class that each predicted class belongs to, negative where it is none of them.
        num_classes: how many classes the new matrix has.

    >>> cells = np.array([[5, 1, 0], [0, 4, 2], [1, 0, 7]])
    >>> project(cells, (0, 0, 1), (0, 0, 1), 2).counts.tolist()
    [[10, 2], [1, 7]]
    """
    merged = np.zeros((num_classes, num_classes + 1), np.int64)
    kept = np.flatnonzero(np.asarray(rows) >= 0)
    to = np.where(np.asarray(columns) >= 0, columns, num_classes)
    np.add.at(merged, (np.asarray(rows)[kept][:, None], to[None, :]), cells[kept])
    missed = merged[:, num_classes]
    return ConfusionMatrix(merged[:, :num_classes], missed if missed.any() else None)


def count(
    target: NDArray[np.integer],
    prediction: NDArray[np.integer],
    num_classes: int,
    ignore_index: int | None = None,
) -> ConfusionMatrix:
    """Count classes ``target`` against ``prediction``: integers of equal, arbitrary shape.

    Items whose target is ``ignore_index`` are removed before counting, whatever their prediction.

    Raises:
        DataError: the shapes differ, or a label lies outside ``0 .. num_classes - 1``.
    """
    if target.shape != prediction.shape:
        raise DataError(f"target {target.shape} and prediction {prediction.shape} differ in shape")
    kept = np.ones(target.shape, dtype=bool) if ignore_index is None else target != ignore_index
    true, predicted = target[kept].astype(np.int64), prediction[kept].astype(np.int64)
    for what, labels in (("target", true), ("prediction", predicted)):
        if labels.size and not 0 <= labels.min() <= labels.max() < num_classes:
            raise DataError(
                f"{what} holds labels {labels.min()} to {labels.max()}; "
                f"valid are 0 to {num_classes - 1}"
            )
    cells = np.bincount(true * num_classes + predicted, minlength=num_classes**2)
    return ConfusionMatrix(cells.reshape(num_classes, num_classes).astype(np.int64))


def _ratio(numerator: Counts, denominator: Counts) -> Ratios:
    ratios = np.full(numerator.shape, np.nan)
    np.divide(numerator, denominator, out=ratios, where=denominator > 0)
    return ratios


def mean_of_defined(values: Ratios) -> float:
    """The mean of the values that are not ``nan``; ``nan`` where all are."""
    defined = values[~np.isnan(values)]
    return float(defined.mean()) if defined.size else float("nan")
