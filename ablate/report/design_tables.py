"""The further tables that an ablation's design calls for."""

from __future__ import annotations

from collections.abc import Iterator

from ablate.plan.types import Plan
from ablate.report.analysis import Analysis
from ablate.report.effects import contrasts_table, effects_table
from ablate.report.factorial import factorial_of
from ablate.report.order_range import order_table
from ablate.report.pivot import pivot_table
from ablate.report.shapley_table import shapley_table
from ablate.report.table import AblationTable
from ablate.results import ResultSet


def design_tables(plan: Plan, analysis: Analysis, results: ResultSet) -> Iterator[AblationTable]:
    """Two factors read both ways, their effects, components' worths, and the contrasts that the study declares."""
    factorial = factorial_of(analysis)
    found = (
        []
        if factorial is None
        else [
            pivot_table(analysis, factorial),
            effects_table(analysis, factorial),
            shapley_table(analysis, factorial),
        ]
    )
    found += [order_table(plan, analysis, results), contrasts_table(analysis)]
    yield from (table for table in found if table is not None)
