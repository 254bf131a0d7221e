"""The live display of a terminal."""

from __future__ import annotations

from collections.abc import Sequence
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
    """Redraws a board in place, at most ten times a second; trials without a result leave lines above it."""

    def __init__(
        self,
        console: Console,
        study: StudyProgress,
        metric: str,
        clock: Clock,
        *,
        verbose: bool = False,
    ) -> None:
        super().__init__(console, study, metric, clock, verbose=verbose)
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
        super().tick()
        now = self._clock()
        if now - self._last_frame_s >= _FRAME_S:
            self._last_frame_s = now
            self._live.refresh()

    def _show_log(self, lines: Sequence[str]) -> None:
        self._print("\n".join(lines), "dim")

    def _show_pruned(self, name: str, why: str, duration_s: float) -> None:
        self._print(f"{name}   {why}   {duration(duration_s)}", "dim")

    def _show_failure(self, name: str, what: str, duration_s: float, lines: Sequence[str]) -> None:
        text = Text(f"{name}   {what}   {duration(duration_s)}", style="yellow")
        for line in lines:
            text.append(f"\n    {line}", style="dim")
        self._console.print(text, soft_wrap=True)

    def _print(self, text: str, style: str) -> None:
        self._console.print(Text(text, style=style), soft_wrap=True)
