"""What every display of a running study is told."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from ablate.progress.channel import ProgressState
from ablate.results import Status


class Display(Protocol):
    """Shows how a study goes on. ``key`` identifies a trial among the running ones."""

    def __enter__(self) -> Self:
        """Begin to show."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Show the last state and end."""

    def started(self, key: str, name: str, log: Path | None = None) -> None:
        """A trial began to run; what it prints goes into ``log``."""

    def moved(self, key: str, progress: ProgressState | None, metric: float | None = None) -> None:
        """A trial got further: its position, the last value of its metric."""

    def finished(self, key: str, row: str, value: float | None, duration_s: float) -> None:
        """A trial of the table's row ``row`` ended with a value of the metric."""

    def failed(
        self, key: str, status: Status, reason: str, duration_s: float, details: str = ""
    ) -> None:
        """A trial ended without a result: failed, diverged, pruned or interrupted.

        ``details`` are its traceback or the end of its log.
        """

    def resized(self, total: int) -> None:
        """The number of trials changed: seeds of a pruned row do not run, a search adds some."""

    def tick(self) -> None:
        """Time went by."""
