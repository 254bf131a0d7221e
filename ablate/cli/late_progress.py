"""How far the work on images has come, once it takes more than a moment."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from ablate.cli.printing import ERR

#: Work that takes no longer shows no progress.
_PATIENCE_S = 2.0


@contextmanager
def late_progress() -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal, a line elsewhere, for what takes more than a moment."""
    columns = (TextColumn("predicting"), BarColumn(), MofNCompleteColumn())
    bar = Progress(*columns, console=ERR, transient=True)
    task = bar.add_task("predicting", total=None)
    begun_s = time.monotonic()
    said = False

    def report(done: int, total: int) -> None:
        nonlocal said
        bar.update(task, completed=done, total=total)
        if said or done == total or time.monotonic() - begun_s < _PATIENCE_S:
            return
        said = True
        if ERR.is_terminal:
            bar.start()
        else:
            ERR.print(f"predicting {total} images ...")

    try:
        yield report
    finally:
        bar.stop()
