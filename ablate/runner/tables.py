"""A study's tables, from its records."""

from __future__ import annotations

from ablate.report.csv_text import render_csv
from ablate.report.study import study_report, study_tables
from ablate.runner.study import Study


def table(study: Study, form: str = "markdown", *, measured: bool = False) -> str:
    """The tables of a study's ablations as Markdown, or all their numbers as CSV.

    Args:
        study: an open study.
        form: ``markdown`` or ``csv``.
        measured: add what differs from run to run: the time a trial took.
    """
    results = study.results()
    if form == "csv":
        return render_csv(study_tables(study.plan, results, measured=measured))
    return study_report(study.plan, results, measured=measured)
