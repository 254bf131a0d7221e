"""The picture of a running study: a bar a trial, a bar for the study, the best row so far."""

from __future__ import annotations

import math
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from ablate.progress.channel import ProgressState
from ablate.progress.state import RunningTrial, StudyProgress
from ablate.progress.wording import duration, eta, value

#: Below this width the details beside the bars make room for the names.
_NARROW = 72
_SUMMARY_LINES = 4


@dataclass(frozen=True, slots=True)
class Board:
    """A study at one moment (``now_s``), drawn by rich at the width of the console."""

    study: StudyProgress
    metric: str
    now_s: float

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        narrow = options.max_width < _NARROW
        room = max(1, (options.height or console.height) - _SUMMARY_LINES)
        trials = list(self.study.running.values())
        yield self._bars(trials[:room], narrow)
        if len(trials) > room:
            yield Text(f"and {len(trials) - room} more", style="dim")
        yield _one_line(self._summary())
        best = self.study.best
        if best is not None:
            seeds = f" (mean of {best.seeds} seeds)" if best.seeds > 1 else ""
            yield _one_line(f"Best so far  {best.row}  {self.metric} {value(best.value)}{seeds}")

    def _bars(self, trials: list[RunningTrial], narrow: bool) -> Table:
        table = Table.grid(padding=(0, 2, 0, 0), expand=True)
        table.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
        table.add_column(width=8 if narrow else 16)
        if not narrow:
            table.add_column(ratio=2, no_wrap=True, overflow="ellipsis")
        for trial in trials:
            details = position(trial.progress, self.metric, trial.metric)
            self._add(table, trial.name, _fraction(trial), details)
        done = self.study.done / self.study.total if self.study.total else 1.0
        self._add(table, "Study", done, "" if trials or done == 1 else "preparing")
        return table

    def _add(self, table: Table, name: str, fraction: float, details: str) -> None:
        bar = ProgressBar(total=1.0, completed=fraction)
        cells: list[RenderableType] = [Text(name), bar, Text(details)]
        table.add_row(*cells[: len(table.columns)])

    def _summary(self) -> str:
        study = self.study
        parts = [f"{study.done}/{study.total} done"]
        if study.pruned:
            parts.append(f"{study.pruned} pruned")
        if study.failed:
            parts.append(f"{study.failed} failed")
        parts.append(f"{duration(study.elapsed_s(self.now_s))} elapsed")
        if study.done < study.total:
            parts.append(eta(study.eta_s(self.now_s)))
        return "  ".join(parts)


def position(at: ProgressState | None, name: str, metric: float | None) -> str:
    """Where a training stands, and the last value of the metric ``name``.

    >>> position(ProgressState(3, 20, 5, 844, 0.4123), "val/accuracy", 0.871)
    'epoch 3/20  batch 5/844  loss 0.412  val/accuracy 0.8710'
    """
    if at is None:
        return "starting"
    parts = [f"epoch {at.epoch}/{at.epochs}"]
    if at.batches:
        parts.append(f"batch {at.batch}/{at.batches}")
    if not math.isnan(at.loss):
        parts.append(f"loss {at.loss:.3g}")
    if metric is not None:
        parts.append(f"{name} {value(metric)}")
    return "  ".join(parts)


def _fraction(trial: RunningTrial) -> float:
    return trial.progress.fraction if trial.progress else 0.0


def _one_line(text: str) -> Text:
    return Text(text, no_wrap=True, overflow="ellipsis")
