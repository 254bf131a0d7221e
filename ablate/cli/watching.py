"""``ablate status --watch``: how a study that another process runs goes on."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from rich.console import Console
from rich.live import Live
from rich.text import Text

from ablate.cli.printing import OUT
from ablate.progress.outside import OutsideBoard, OutsideView
from ablate.runner.lookout import Lookout
from ablate.runner.study import Study
from ablate.schedule.lock import is_held

NOBODY = "nobody runs it now; 'ablate run' goes on"

Sleep = Callable[[float], None]


def watch(
    study: Study,
    interval_s: float = 1.0,
    *,
    console: Console = OUT,
    held: Callable[[Path], bool] = is_held,
    sleep: Sleep = time.sleep,
) -> None:
    """Show a study until it is complete, nobody runs it any more, or Ctrl-C; the study is not touched.

    Args:
        study: an open study.
        interval_s: seconds between two looks.
        console: a terminal gets a live picture, anything else a line whenever something has changed.
        held: whether the lock of a study is held.
        sleep: waits.

    Raises:
        RecordError: the records cannot be read.
    """
    lookout = Lookout(study)

    def look() -> tuple[OutsideView, bool]:
        running = held(study.lock)
        return lookout.look(last=not running), running

    live = console.is_terminal and not console.is_dumb_terminal
    show = _live if live else _lines
    with suppress(KeyboardInterrupt):
        show(look, console, study.plan.primary.monitored, lambda: sleep(interval_s))


Look = Callable[[], tuple[OutsideView, bool]]


def _live(look: Look, console: Console, metric: str, wait: Callable[[], None]) -> None:
    view, running = look()
    with Live(console=console, auto_refresh=False) as display:
        display.update(OutsideBoard(view, metric), refresh=True)
        while running and not view.complete:
            wait()
            view, running = look()
            display.update(OutsideBoard(view, metric), refresh=True)
    _say_the_end(view, console)


def _lines(look: Look, console: Console, metric: str, wait: Callable[[], None]) -> None:
    said: OutsideView | None = None
    while True:
        view, running = look()
        if said is None or view.line != said.line:
            _print(console, view.line)
        for failure in view.failures:
            if said is None or failure not in said.failures:
                _print(console, f"  {failure}")
        said = view
        if not running or view.complete:
            _say_the_end(view, console)
            return
        wait()


def _say_the_end(view: OutsideView, console: Console) -> None:
    if not view.complete:
        _print(console, NOBODY)


def _print(console: Console, text: str) -> None:
    console.print(Text(text), soft_wrap=True)
