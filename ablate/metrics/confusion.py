"""The confusion matrix: counted once an evaluation, everything else derives from it.

A class is *absent* where its denominator is zero; its value is then ``nan`` and means leave it
out.
"""

from __future__ import annotations

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

    @classmethod
    def empty(cls, num_classes: int) -> ConfusionMatrix:
        """Nothing counted yet."""
        return cls(np.zeros((num_classes, num_classes), dtype=np.int64))

    def merge(self, other: ConfusionMatrix) -> ConfusionMatrix:
        """The counts of both."""
        return ConfusionMatrix(self.counts + other.counts)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ConfusionMatrix) and np.array_equal(self.counts, other.counts)

    def __hash__(self) -> int:
        return hash((self.counts.shape, self.counts.tobytes()))

    @property
    def num_classes(self) -> int:
        """C."""
        return int(self.counts.shape[0])

    @property
    def total(self) -> int:
        """Items counted; ignored ones are not among them."""
        return int(self.counts.sum())

    @property
    def support(self) -> Counts:
        """(C,) int64: items of each true class."""
        support: Counts = self.counts.sum(axis=1)
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
        return _mean(self.f1())

    def mean_class_accuracy(self) -> float:
        """Mean recall of the classes that have items; scikit-learn's balanced accuracy."""
        return _mean(self.recall())

    def _hits(self) -> Counts:
        return np.diagonal(self.counts)


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


def _mean(values: Ratios) -> float:
    defined = values[~np.isnan(values)]
    return float(defined.mean()) if defined.size else float("nan")
