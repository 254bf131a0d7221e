"""A study's report: every ablation's tables, in one Markdown document."""

from __future__ import annotations

from ablate.plan.types import Plan
from ablate.report.markdown import escape, prose, render_markdown
from ablate.report.per_class import per_class_table
from ablate.report.table import AblationTable, ablation_table
from ablate.results import ResultSet


def study_tables(plan: Plan, results: ResultSet, *, measured: bool = False) -> list[AblationTable]:
    """The table of every ablation, in the order of the study file, each followed by its classes'."""
    tables = []
    for ablation in plan.ablations:
        tables.append(ablation_table(plan, ablation, results, measured=measured))
        classes = per_class_table(plan, ablation, results)
        if classes is not None:
            tables.append(classes)
    return tables


def study_report(plan: Plan, results: ResultSet, *, measured: bool = False) -> str:
    """A study's title, description and tables as one Markdown document."""
    head = [f"# {escape(plan.study)}", ""]
    if plan.description.strip():
        head += [prose(plan.description), ""]
    return "\n".join([*head, render_markdown(study_tables(plan, results, measured=measured))])
