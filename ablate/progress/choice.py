"""Which display suits a console: a live one for terminals, plain lines for everything else."""

from __future__ import annotations

import time

from rich.console import Console

from ablate.progress.display import Display
from ablate.progress.live import LiveDisplay
from ablate.progress.plain import PlainDisplay
from ablate.progress.state import StudyProgress
from ablate.progress.told import Clock


def make_display(
    console: Console,
    *,
    total: int,
    already_done: int,
    slots: int,
    metric: str,
    maximize: bool = True,
    verbose: bool = False,
    clock: Clock = time.monotonic,
) -> Display:
    """The display that suits the console.

    Args:
        console: where to show; a live display needs a terminal.
        total: the trials of the study, those of earlier runs included.
        already_done: the trials that earlier runs finished.
        slots: the trials that run side by side.
        metric: how the primary metric is written, ``val/accuracy``.
        maximize: whether larger values are better.
        verbose: show what running trials print, too, and more of the log of one that fails.
        clock: seconds that never go back.
    """
    study = StudyProgress(total, already_done, slots, clock(), maximize)
    if console.is_terminal and not console.is_dumb_terminal:
        return LiveDisplay(console, study, metric, clock, verbose=verbose)
    return PlainDisplay(console, study, metric, clock, verbose=verbose)
