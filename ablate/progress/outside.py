"""The picture of a study that another process runs."""

from __future__ import annotations

from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from ablate.progress.board import position
from ablate.progress.folders import Sign
from ablate.progress.wording import eta, rough_duration

#: A trial without a sign of life for longer is pointed out.
_SILENT_S = 60.0
#: Below this width the details beside the bars make room for the names.
_NARROW = 72


@dataclass(frozen=True, slots=True)
class OutsideTrial:
    """A trial that runs: its name and the last sign of it."""

    name: str
    sign: Sign


@dataclass(frozen=True, slots=True)
class OutsideView:
    """A study at one moment, ``now_s`` after 1970.

    ``searches`` maps the name of a search to how far it is; ``failures`` are the last ones, with their reasons.
    """

    headline: str
    now_s: float
    running: tuple[OutsideTrial, ...] = ()
    searches: tuple[tuple[str, str], ...] = ()
    failures: tuple[str, ...] = ()
    left_s: float | None = None
    complete: bool = False

    @property
    def line(self) -> str:
        """What a log file would hold: everything but what changes all the time."""
        parts = [self.headline, *(f"{name}: {state}" for name, state in self.searches)]
        return "; ".join(parts)


@dataclass(frozen=True, slots=True)
class OutsideBoard:
    """Draws a view at the width and height of the console; ``metric`` is the one that trials show."""

    view: OutsideView
    metric: str

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        view = self.view
        others = 3 + len(view.searches) + len(view.failures)
        room = max(1, (options.height or console.height) - others)
        yield _one_line(view.headline)
        yield self._bars(view.running[:room], narrow=options.max_width < _NARROW)
        if len(view.running) > room:
            yield Text(f"and {len(view.running) - room} more", style="dim")
        for name, state in view.searches:
            yield _one_line(f"{name}  {state}")
        for failure in view.failures:
            yield _one_line(failure, "yellow")
        yield _one_line(self._ending())

    def _ending(self) -> str:
        if self.view.complete:
            return "complete"
        return f"{eta(self.view.left_s)}   Ctrl-C leaves; the study goes on"

    def _bars(self, trials: tuple[OutsideTrial, ...], *, narrow: bool) -> Table:
        table = Table.grid(padding=(0, 2, 0, 0), expand=True)
        table.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
        table.add_column(width=8 if narrow else 10)
        if not narrow:
            table.add_column(ratio=2, no_wrap=True, overflow="ellipsis")
        table.add_column(width=12, no_wrap=True, overflow="ellipsis")
        for trial in trials:
            table.add_row(*self._cells(trial, narrow=narrow))
        return table

    def _cells(self, trial: OutsideTrial, *, narrow: bool) -> list[RenderableType]:
        sign = trial.sign
        bar = ProgressBar(total=1.0, completed=sign.progress.fraction if sign.progress else 0.0)
        details = [] if narrow else [Text(position(sign.progress, self.metric, sign.metric))]
        return [Text(trial.name), bar, *details, _life(sign, self.view.now_s)]


def _life(sign: Sign, now_s: float) -> Text:
    """How long ago a trial was last seen to do anything."""
    if sign.time_s is None:
        return Text("")
    silent_s = max(0.0, now_s - sign.time_s)
    if silent_s < _SILENT_S:
        return Text(f"{silent_s:.0f} s ago", style="dim")
    return Text(f"silent {rough_duration(silent_s)}", style="yellow")


def _one_line(text: str, style: str = "") -> Text:
    return Text(text, style=style, no_wrap=True, overflow="ellipsis")
