"""The functions of the package: check, run and read a study from Python."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from ablate.errors import Problem
from ablate.runner.checks import check_plan
from ablate.runner.execute import run_and_publish
from ablate.runner.study import Study
from ablate.runner.summary import Choices, RunOptions, RunSummary

if TYPE_CHECKING:
    import pandas
    from rich.console import Console


def check(study: Study) -> tuple[Problem, ...]:
    """Find every mistake of a study, its data included; returns what is legal and probably not meant.

    Raises:
        StudyError: with every mistake and its line.
    """
    return check_plan(study.draft, study.plan, study.place).warnings


def run(
    study: Study,
    *,
    console: Console | None = None,
    **choices: Unpack[RunOptions],
) -> RunSummary:
    """Train what is missing of a study and record it; the same command continues after anything.

    Args:
        study: an open study.
        console: where to show how the trials go on; nothing is shown without one.
        choices: the attributes of :class:`~ablate.runner.summary.Choices`: ``jobs=2``, ``devices="0,1"``, ...

    Raises:
        StudyError: the study cannot work; nothing was trained.
    """
    wanted = Choices(**choices)
    tell = (lambda line: console.print(line, markup=False)) if console else warnings.warn
    return run_and_publish(study, wanted, console, check, tell)[0]


def frame(path: str | Path, **options: str) -> pandas.DataFrame:
    """The recorded trials of a study as a data frame, one row each.

    ``options`` are those of :class:`~ablate.runner.study.Study`: ``profile``, ``store``, ``data``.
    """
    return Study(path, **options).results().to_frame()
