"""A study's tables and figures, from its records."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ablate.plan.search.types import SearchPlan
from ablate.report.figures.search import search_figure
from ablate.report.formats import FORMATS, check_format
from ablate.report.searching import baseline_objective, objective_info
from ablate.report.study import study_report, study_tables
from ablate.runner.importances import with_importances
from ablate.runner.study import Study


def table(study: Study, form: str = "markdown", *, measured: bool = False) -> str:
    """The tables of a study's ablations in a format; CSV and JSON have their unrounded numbers.

    Args:
        study: an open study.
        form: ``markdown`` (with the study's name and description), ``latex``, ``csv``, ``html`` or ``json``.
        measured: add what differs from run to run: the time a trial took.

    Raises:
        UsageError: there is no such format.
    """
    check_format(form)
    results, searches = study.results(), with_importances(study.searches(), study.store)
    layout = study.layout
    if form == "markdown":
        return study_report(study.plan, results, searches, measured=measured, layout=layout)
    found = study_tables(study.plan, results, searches, measured=measured, layout=layout)
    return FORMATS[form](found)


def search_figures(study: Study) -> Mapping[str, bytes]:
    """A PNG of each search that has tried anything: file name (``search/size.png``) to content."""
    results = study.results()
    pictures = {}
    for result in study.searches().values():
        if not result.points:
            continue
        plan = result.plan
        title = f"{plan.name}: {len(result.points)} configurations"
        pictures[f"search/{_file_name(plan)}.png"] = search_figure(
            result.points,
            objective=plan.objective,
            maximize=plan.maximize,
            percent=objective_info(plan).percent,
            baseline=baseline_objective(study.plan, results, plan),
            title=title,
        ).png()
    return pictures


def _file_name(plan: SearchPlan) -> str:
    """Letters, digits and hyphens only, and no two searches alike."""
    name = re.sub(r"[^A-Za-z0-9]+", "-", plan.name).strip("-")
    return name if name == plan.name else f"{name}-{plan.key[:8]}".strip("-")
