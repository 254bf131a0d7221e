"""Looking at a running epoch from time to time: progress for people, and divergence."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from ablate.errors import Diverged
from ablate.tasks.task import BatchTally

#: ``(epoch, batch, batches, mean loss so far)``, both counted from 1.
Progress = Callable[[int, int, int, float], None]

_INTERVAL_S = 0.2


class Watch:
    """Called after every step, looks about five times a second: each look makes a GPU wait."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._next_s = 0.0

    def after_step(self, epoch: int, batch: int, batches: int, tally: BatchTally) -> None:
        """Report progress, if it is time.

        Raises:
            Diverged: the loss became NaN or infinite.
        """
        if time.monotonic() < self._next_s and batch < batches:
            return
        loss = tally.mean_loss()
        check_finite(loss, "loss", epoch)
        if self._progress is not None:
            self._progress(epoch, batch, batches, loss)
        self._next_s = time.monotonic() + _INTERVAL_S


def check_finite(loss: float, what: str, epoch: int) -> None:
    """Guard against a loss that is no number any more.

    Raises:
        Diverged: ``loss`` is NaN or infinite.
    """
    if not math.isfinite(loss):
        value = "nan" if math.isnan(loss) else "infinite"
        raise Diverged(f"{what} became {value} in epoch {epoch}")
