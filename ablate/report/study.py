"""A study's report: every ablation's tables, in one Markdown document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ablate.plan.search.types import SearchResult
from ablate.plan.types import AblationPlan, Plan
from ablate.report.analysis import Analysis, analyse
from ablate.report.best_epochs import best_epochs_table
from ablate.report.design_tables import design_tables
from ablate.report.markdown import escape, prose, render_markdown
from ablate.report.per_class import per_class_tables
from ablate.report.search_table import importances_table, search_table
from ablate.report.settings import settings_table
from ablate.report.table import AblationTable, table_of
from ablate.report.tuning_table import tuning_table
from ablate.results import ResultSet
from ablate.spec.columns import USUAL_LAYOUT, Layout


def study_tables(
    plan: Plan,
    results: ResultSet,
    searches: Mapping[str, SearchResult] | None = None,
    *,
    layout: Layout = USUAL_LAYOUT,
    measured: bool = False,
) -> list[AblationTable]:
    """The table of every ablation, in the order of the study file, each followed by those that belong to it.

    These are what its design calls for, what its rows set, its searches', its best epochs and its classes'.
    ``searches`` maps the key of a search to what is recorded of it; ``layout`` is what the study says of its tables.
    """
    return [
        table
        for ablation in plan.ablations
        for table in tables_of(
            plan,
            analyse(plan, ablation, results, searches),
            results,
            layout=layout,
            measured=measured,
        )
    ]


def tables_of(
    plan: Plan,
    analysis: Analysis,
    results: ResultSet,
    *,
    layout: Layout = USUAL_LAYOUT,
    measured: bool = False,
) -> list[AblationTable]:
    """The table of one ablation, followed by those that belong to it."""
    ablation = analysis.ablation
    tables = [table_of(analysis, results, layout=layout, measured=measured)]
    tables += design_tables(plan, analysis, results)
    settings = settings_table(analysis, layout.details)
    if settings is not None:
        tables.append(settings)
    tables += _search_tables(ablation, analysis.searches)
    epochs = best_epochs_table(plan, ablation, results, layout)
    if epochs is not None:
        tables.append(epochs)
    return [*tables, *per_class_tables(plan, ablation, results, layout)]


def study_report(
    plan: Plan,
    results: ResultSet,
    searches: Mapping[str, SearchResult] | None = None,
    *,
    layout: Layout = USUAL_LAYOUT,
    measured: bool = False,
) -> str:
    """A study's title, description and tables as one Markdown document."""
    head = [f"# {escape(plan.study)}", ""]
    if plan.description.strip():
        head += [prose(plan.description), ""]
    tables = study_tables(plan, results, searches, layout=layout, measured=measured)
    return "\n".join([*head, render_markdown(tables)])


def _search_tables(
    ablation: AblationPlan, searches: tuple[SearchResult, ...]
) -> Iterator[AblationTable]:
    if not any(result.points for result in searches):
        return
    if ablation.design != "search":
        yield tuning_table(ablation.name, searches)
        return
    for result in searches:
        yield search_table(ablation.name, result)
        importances = importances_table(ablation.name, result)
        if importances is not None:
            yield importances
