"""Checks before anything runs, with progress while data is downloaded and decoded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from ablate.cli.printing import ERR, print_warnings
from ablate.runner.checks import Checked, check_plan
from ablate.runner.study import Study


def checked(study: Study, *, quiet: bool = False) -> Checked:
    """Prepare the data and check every condition against it; prints what is hardly meant.

    Raises:
        StudyError: with everything that cannot work.
    """
    with _progress(quiet) as progress:
        result = check_plan(study.draft, study.plan, study.place, progress)
    print_warnings(str(study.path), result.warnings)
    return result


@contextmanager
def progress_bars(title: str) -> Iterator[Callable[[str, int, int], None]]:
    """One bar for work in steps, which says what it is at; a line at the beginning where there is no terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    bars = Progress(*columns, console=ERR, transient=True, disable=not ERR.is_terminal)
    task = bars.add_task(title)
    if not ERR.is_terminal:
        ERR.print(f"{title} ...", markup=False)

    def show(what: str, done: int, total: int) -> None:
        bars.update(
            task, description=f"{title}: {what}" if what else title, completed=done, total=total
        )

    with bars:
        yield show


@contextmanager
def _progress(quiet: bool) -> Iterator[Callable[[str, int, int], None]]:
    """A bar per piece of work on a terminal; a line per piece elsewhere."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    bars = Progress(*columns, console=ERR, transient=True, disable=quiet or not ERR.is_terminal)
    tasks: dict[str, TaskID] = {}

    def show(what: str, done: int, total: int) -> None:
        if what not in tasks:
            tasks[what] = bars.add_task(what, total=total)
            if not quiet and not ERR.is_terminal:
                ERR.print(f"{what} ...", markup=False)
        bars.update(tasks[what], completed=done, total=total)

    with bars:
        yield show
