"""The best epoch so far, and when to stop waiting for a better one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Best:
    """The best value of the monitored metric and its epoch; epoch 0 before there is one.

    >>> best = Best().update(1, 0.5, maximize=True).update(2, 0.4, maximize=True)
    >>> best
    Best(epoch=1, value=0.5)
    >>> best.stalled(epoch=3, patience=2)
    True
    """

    epoch: int = 0
    value: float = float("nan")

    def update(self, epoch: int, value: float, *, maximize: bool) -> Best:
        """The better of the two; the earlier one on a tie. NaN is never better."""
        if value != value:
            return self
        if self.epoch and not (value > self.value if maximize else value < self.value):
            return self
        return Best(epoch, value)

    def stalled(self, epoch: int, patience: int | None) -> bool:
        """Whether the last ``patience`` epochs up to ``epoch`` brought nothing better."""
        return patience is not None and epoch - self.epoch >= patience
