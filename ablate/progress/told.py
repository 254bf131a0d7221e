"""What displays have in common: they turn what they are told into the state of the study."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from rich.console import Console

from ablate.progress.channel import ProgressState
from ablate.progress.logs import LogTail, last_lines
from ablate.progress.state import StudyProgress
from ablate.results import Status

Clock = Callable[[], float]

#: Lines of a failed trial's log that are shown with the reason; of a display that shows logs anyway.
FAILURE_LINES, VERBOSE_FAILURE_LINES = 8, 20
_LOOK_S = 0.25


class ToldDisplay:
    """Keeps the state; those that derive from it draw it (see :class:`~ablate.progress.Display`).

    With ``verbose`` it follows the logs of running trials, too.
    """

    def __init__(
        self,
        console: Console,
        study: StudyProgress,
        metric: str,
        clock: Clock,
        *,
        verbose: bool = False,
    ) -> None:
        self._console = console
        self._study = study
        self._metric = metric
        self._clock = clock
        self._verbose = verbose
        self._logs: dict[str, LogTail] = {}
        self._last_look_s = clock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None

    def started(self, key: str, name: str, log: Path | None = None) -> None:
        """A trial began to run."""
        self._study = self._study.started(key, name, self._clock())
        if self._verbose and log is not None:
            self._logs[key] = LogTail(log)

    def moved(self, key: str, progress: ProgressState | None, metric: float | None = None) -> None:
        """A trial got further."""
        self._study = self._study.moved(key, progress, metric)

    def finished(self, key: str, row: str, value: float | None, duration_s: float) -> None:
        """A trial ended with a value of the metric."""
        name = self._ending(key)
        self._study = self._study.finished(key, row, value, duration_s)
        self._show_result(name, value, duration_s)

    def failed(
        self, key: str, status: Status, reason: str, duration_s: float, details: str = ""
    ) -> None:
        """A trial ended without a result."""
        name = self._ending(key)
        if status is Status.PRUNED:
            self._study = self._study.pruned_trial(key)
            self._show_pruned(name, reason or str(status), duration_s)
            return
        settle = self._study.failed_trial if status.settled else self._study.interrupted
        self._study = settle(key)
        count = VERBOSE_FAILURE_LINES if self._verbose else FAILURE_LINES
        lines = last_lines(details, count) if status.settled else []
        self._show_failure(name, f"{status.upper()}: {reason}", duration_s, lines)

    def resized(self, total: int) -> None:
        """The number of trials changed: seeds of a pruned row do not run, a search adds some."""
        self._study = self._study.resized(total)

    def tick(self) -> None:
        """Time went by."""
        now = self._clock()
        if self._logs and now - self._last_look_s >= _LOOK_S:
            self._last_look_s = now
            for key in tuple(self._logs):
                self._follow(key)

    def _ending(self, key: str) -> str:
        """Show what a trial printed last; its name."""
        if key in self._logs:
            self._follow(key, ended=True)
            del self._logs[key]
        return self._study.running[key].name

    def _follow(self, key: str, *, ended: bool = False) -> None:
        lines = self._logs[key].new(ended=ended)
        if lines:
            name = self._study.running[key].name
            self._show_log([f"{name} | {line}" for line in lines])

    def _show_log(self, lines: Sequence[str]) -> None:
        """Show what a trial printed."""

    def _show_result(self, name: str, number: float | None, duration_s: float) -> None:
        """Show that a trial finished."""

    def _show_pruned(self, name: str, why: str, duration_s: float) -> None:
        """Show that a trial was ended early."""

    def _show_failure(self, name: str, what: str, duration_s: float, lines: Sequence[str]) -> None:
        """Show why a trial has no result, and the last lines of its log."""
