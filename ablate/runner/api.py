"""The functions of the package: check, run and read a study from Python."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ablate.errors import Problem
from ablate.runner.checks import check_plan
from ablate.runner.execute import Choices, RunSummary, publish, run_study
from ablate.runner.study import Study
from ablate.runner.tables import table

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
    jobs: int | None = None,
    devices: str | None = None,
    retry_failed: bool = False,
    console: Console | None = None,
) -> RunSummary:
    """Train what is missing of a study and record it; the same command continues after anything.

    Args:
        study: an open study.
        jobs: trials side by side; one a GPU, or one a CPU core, by default.
        devices: ``cpu``, ``cuda`` or numbers of GPUs such as ``"0,1"``.
        retry_failed: train failed trials again.
        console: where to show how the trials go on; nothing is shown without one.

    Raises:
        StudyError: the study cannot work; nothing was trained.
    """
    summary = run_study(study, Choices(jobs, devices, retry_failed), console, check)
    publish(study, table(study), table(study, "csv"))
    return summary


def frame(path: str | Path, **options: str) -> pandas.DataFrame:
    """The recorded trials of a study as a data frame, one row each.

    ``options`` are those of :class:`~ablate.runner.study.Study`: ``profile``, ``store``, ``data``.
    """
    return Study(path, **options).results().to_frame()
