"""What displays have in common: they turn what they are told into the state of the study."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Self

from rich.console import Console

from ablate.progress.channel import ProgressState
from ablate.progress.state import StudyProgress
from ablate.results import Status

Clock = Callable[[], float]


class ToldDisplay:
    """Keeps the state; those that derive from it draw it (see :class:`~ablate.progress.Display`)."""

    def __init__(self, console: Console, study: StudyProgress, metric: str, clock: Clock) -> None:
        self._console = console
        self._study = study
        self._metric = metric
        self._clock = clock

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None

    def started(self, key: str, name: str) -> None:
        """A trial began to run."""
        self._study = self._study.started(key, name, self._clock())

    def moved(self, key: str, progress: ProgressState | None, metric: float | None = None) -> None:
        """A trial got further."""
        self._study = self._study.moved(key, progress, metric)

    def finished(self, key: str, row: str, value: float | None, duration_s: float) -> None:
        """A trial ended with a value of the metric."""
        name = self._study.running[key].name
        self._study = self._study.finished(key, row, value, duration_s)
        self._show_result(name, value, duration_s)

    def failed(self, key: str, status: Status, reason: str, duration_s: float) -> None:
        """A trial ended without a result."""
        name = self._study.running[key].name
        settle = self._study.failed_trial if status.settled else self._study.interrupted
        self._study = settle(key)
        self._show_failure(name, f"{status.upper()}: {reason}", duration_s)

    def _show_result(self, name: str, number: float | None, duration_s: float) -> None:
        """Show that a trial finished."""

    def _show_failure(self, name: str, what: str, duration_s: float) -> None:
        """Show why a trial has no result."""
