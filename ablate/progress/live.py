"""The live display of a terminal."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.text import Text

from ablate.progress.board import Board
from ablate.progress.state import StudyProgress
from ablate.progress.told import Clock, ToldDisplay
from ablate.progress.wording import duration

_FRAME_S = 0.1


class LiveDisplay(ToldDisplay):
    """Redraws a board in place, at most ten times a second; trials without a result leave a line above it."""

    def __init__(self, console: Console, study: StudyProgress, metric: str, clock: Clock) -> None:
        super().__init__(console, study, metric, clock)
        self._last_frame_s = clock()
        self._live = Live(console=console, auto_refresh=False, get_renderable=self.board)

    def board(self) -> Board:
        """The study as it stands now."""
        return Board(self._study, self._metric, self._clock())

    def __enter__(self) -> Self:
        self._live.start(refresh=True)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._live.stop()

    def tick(self) -> None:
        """Draw the next frame if it is due."""
        now = self._clock()
        if now - self._last_frame_s >= _FRAME_S:
            self._last_frame_s = now
            self._live.refresh()

    def _show_failure(self, name: str, what: str, duration_s: float) -> None:
        line = Text(f"{name}   {what}   {duration(duration_s)}", style="yellow")
        self._console.print(line, soft_wrap=True)
