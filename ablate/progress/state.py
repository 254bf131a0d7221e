"""What a display knows of a running study, and what follows from it. Pure: time is given, never asked for."""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ablate.progress.channel import ProgressState

#: The part of a training that must be done before its duration is estimated from it.
_TELLING_FRACTION = 0.02


@dataclass(frozen=True, slots=True)
class RunningTrial:
    """A trial that runs: since when, how far it is, and its last value of the metric."""

    name: str
    since_s: float
    progress: ProgressState | None = None
    metric: float | None = None

    def expected_duration_s(self, now_s: float) -> float | None:
        """Its whole duration, if it goes on as until now; ``None`` while that is guesswork."""
        fraction = self.progress.fraction if self.progress else 0.0
        return (now_s - self.since_s) / fraction if fraction >= _TELLING_FRACTION else None


@dataclass(frozen=True, slots=True)
class Best:
    """The best row so far: the mean of the metric over the ``seeds`` of it that have finished."""

    row: str
    value: float
    seeds: int


@dataclass(frozen=True, slots=True)
class StudyProgress:
    """A study on its way: ``total`` trials, ``done`` of them ended (those of earlier runs included).

    Times are seconds of any one clock. Each method gives a new value.
    """

    total: int
    done: int
    slots: int
    begun_s: float
    maximize: bool = True
    failed: int = 0
    pruned: int = 0
    running: Mapping[str, RunningTrial] = field(default_factory=dict)
    durations_s: tuple[float, ...] = ()
    values: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    def started(self, key: str, name: str, now_s: float) -> StudyProgress:
        """A trial began to run; ``key`` identifies it."""
        return replace(self, running={**self.running, key: RunningTrial(name, now_s)})

    def moved(
        self, key: str, progress: ProgressState | None, metric: float | None = None
    ) -> StudyProgress:
        """A running trial got further; what is ``None`` stays as it was."""
        trial = self.running[key]
        moved = replace(
            trial,
            progress=trial.progress if progress is None else progress,
            metric=trial.metric if metric is None else metric,
        )
        return replace(self, running={**self.running, key: moved})

    def finished(self, key: str, row: str, value: float | None, duration_s: float) -> StudyProgress:
        """A trial of a table's row ended with a result."""
        values = dict(self.values)
        if value is not None and math.isfinite(value):
            values[row] = (*values.get(row, ()), value)
        durations = (*self.durations_s, duration_s)
        return replace(self._ended(key), values=values, durations_s=durations)

    def failed_trial(self, key: str) -> StudyProgress:
        """A trial ended for good without a result."""
        return replace(self._ended(key), failed=self.failed + 1)

    def pruned_trial(self, key: str) -> StudyProgress:
        """A trial was ended early, since it had fallen behind."""
        return replace(self._ended(key), pruned=self.pruned + 1)

    def resized(self, total: int) -> StudyProgress:
        """Other trials are to come than was thought."""
        return self if total == self.total else replace(self, total=total)

    def interrupted(self, key: str) -> StudyProgress:
        """A trial was stopped; a later run takes it up again."""
        return replace(self, running=self._others(key))

    @property
    def best(self) -> Best | None:
        """The row with the best mean; ``None`` before the first result."""
        rows = [Best(row, sum(v) / len(v), len(v)) for row, v in self.values.items()]
        sign = 1 if self.maximize else -1
        return max(rows, key=lambda best: sign * best.value, default=None)

    def elapsed_s(self, now_s: float) -> float:
        """Seconds since the run began."""
        return now_s - self.begun_s

    def eta_s(self, now_s: float) -> float | None:
        """Seconds until the last trial ends; ``None`` while nothing tells how long a trial takes.

        A trial is taken to last as long as the finished ones did on average (as the running ones will, before
        the first has finished), and the trials to come fill the slots as these become free.

        >>> study = StudyProgress(total=4, done=1, slots=2, begun_s=0, durations_s=(10,))
        >>> study.eta_s(now_s=10)
        20.0
        """
        usual = self._usual_duration_s(now_s)
        if usual is None:
            return None
        free_at = [self._remaining_s(trial, usual, now_s) for trial in self.running.values()]
        free_at += [0.0] * (self.slots - len(free_at))
        heapq.heapify(free_at)
        for _ in range(self.total - self.done - len(self.running)):
            heapq.heapreplace(free_at, free_at[0] + usual)
        return float(max(free_at))

    def _ended(self, key: str) -> StudyProgress:
        return replace(self, running=self._others(key), done=self.done + 1)

    def _others(self, key: str) -> dict[str, RunningTrial]:
        return {other: trial for other, trial in self.running.items() if other != key}

    def _usual_duration_s(self, now_s: float) -> float | None:
        known = self.durations_s or [
            expected
            for trial in self.running.values()
            if (expected := trial.expected_duration_s(now_s)) is not None
        ]
        return sum(known) / len(known) if known else None

    def _remaining_s(self, trial: RunningTrial, usual_s: float, now_s: float) -> float:
        expected = trial.expected_duration_s(now_s)
        duration = usual_s if expected is None else expected
        return max(0.0, duration - (now_s - trial.since_s))
