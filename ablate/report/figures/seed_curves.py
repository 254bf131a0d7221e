"""What is drawn of the curves of a row's seeds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

#: (epoch, value), ascending.
Curve = Sequence[tuple[int, float]]


@dataclass(frozen=True, slots=True)
class SeedCurves:
    """Mean, lowest and highest value at the epochs that every seed has, and what single seeds did after the last one.

    No mean is taken over some of the seeds: those that run on are better or worse than the others, and the mean
    would jump where one ends.
    """

    epochs: tuple[int, ...]
    mean: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    alone: tuple[tuple[tuple[int, float], ...], ...]
    seeds: int

    @classmethod
    def of(cls, curves: Sequence[Curve]) -> SeedCurves:
        """Values that are not finite are left out, and so are curves without any other.

        >>> found = SeedCurves.of([((1, 0.5), (2, 0.7), (3, 0.8)), ((1, 0.7), (2, 0.9))])
        >>> found.epochs, found.low, found.alone
        ((1, 2), (0.5, 0.7), (((2, 0.7), (3, 0.8)),))
        """
        known = [
            {epoch: value for epoch, value in curve if math.isfinite(value)} for curve in curves
        ]
        found = [values for values in known if values]
        epochs = sorted(set.intersection(*map(set, found))) if found else []
        columns = [[values[epoch] for values in found] for epoch in epochs]
        last = epochs[-1] if epochs else -math.inf
        after = (
            tuple((epoch, values[epoch]) for epoch in sorted(values) if epoch >= last)
            for values in found
        )
        return cls(
            epochs=tuple(epochs),
            mean=tuple(map(_mean, columns)),
            low=tuple(map(min, columns)),
            high=tuple(map(max, columns)),
            alone=tuple(rest for rest in after if rest and rest[-1][0] > last),
            seeds=len(found),
        )

    @property
    def end(self) -> tuple[int, float] | None:
        """Where the mean ends, or the last value of a seed where there is no mean."""
        if self.epochs:
            return self.epochs[-1], self.mean[-1]
        return self.alone[0][-1] if self.alone else None

    @property
    def values(self) -> tuple[tuple[int, float], ...]:
        """Every point that is drawn."""
        band = (*zip(self.epochs, self.low, strict=True), *zip(self.epochs, self.high, strict=True))
        return (*band, *(point for rest in self.alone for point in rest))


def _mean(values: Sequence[float]) -> float:
    """The mean, also of losses so large that their sum is none."""
    found = math.fsum(value / len(values) for value in values)
    return min(max(found, min(values)), max(values))
