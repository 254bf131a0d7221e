"""A study's report: every ablation's tables, in one Markdown document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ablate.plan.search.types import SearchResult
from ablate.plan.types import AblationPlan, Plan
from ablate.report.markdown import escape, prose, render_markdown
from ablate.report.per_class import per_class_table
from ablate.report.search_table import importances_table, search_table
from ablate.report.searching import searches_of
from ablate.report.table import AblationTable, ablation_table
from ablate.report.tuning_table import tuning_table
from ablate.results import ResultSet


def study_tables(
    plan: Plan,
    results: ResultSet,
    searches: Mapping[str, SearchResult] | None = None,
    *,
    measured: bool = False,
) -> list[AblationTable]:
    """The table of every ablation, in the order of the study file, each followed by its searches' and its classes'.

    ``searches`` maps the key of a search to what is recorded of it.
    """
    tables = []
    for ablation in plan.ablations:
        tables.append(ablation_table(plan, ablation, results, searches, measured=measured))
        tables += _search_tables(ablation, searches_of(plan, ablation, searches or {}))
        classes = per_class_table(plan, ablation, results)
        if classes is not None:
            tables.append(classes)
    return tables


def study_report(
    plan: Plan,
    results: ResultSet,
    searches: Mapping[str, SearchResult] | None = None,
    *,
    measured: bool = False,
) -> str:
    """A study's title, description and tables as one Markdown document."""
    head = [f"# {escape(plan.study)}", ""]
    if plan.description.strip():
        head += [prose(plan.description), ""]
    tables = study_tables(plan, results, searches, measured=measured)
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
