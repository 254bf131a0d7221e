"""What tuning found for each row, and that it cost every row the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ablate.plan.search.types import SearchResult
from ablate.report.cells import Cell, Number, Text
from ablate.report.number_format import ABSENT, NumberFormat
from ablate.report.records import Record
from ablate.report.search_footer import DIGITS_SHOWN, SIDE_BY_SIDE, shortened
from ablate.report.search_records import point_records
from ablate.report.search_table import parameter
from ablate.report.searching import (
    ended_early,
    judged_on,
    objective_info,
    objective_title,
    outcome,
    progress,
    tuned_fields,
)
from ablate.report.table import AblationTable


def tuning_table(ablation: str, searches: Sequence[SearchResult]) -> AblationTable:
    """One row for each row of the ablation: the best values so far and what they are the best of."""
    fields = tuned_fields(searches)
    plan = searches[0].plan
    return AblationTable(
        title=f"{ablation}: tuning",
        description="",
        columns=("row", *fields, objective_title(plan), "configurations"),
        rows=tuple(_row(result, fields) for result in searches),
        footer=tuple(_footer(searches)),
        records=tuple(_records(ablation, searches)),
        level=3,
    )


def _row(result: SearchResult, fields: Sequence[str]) -> tuple[Cell, ...]:
    best = result.best
    number = NumberFormat.of(objective_info(result.plan))
    found = (Text(ABSENT) if best is None else parameter(best, field) for field in fields)
    tried = f"{progress(result)} ({outcome(result)})" if result.points else progress(result)
    return (
        Text(result.plan.row),
        *found,
        Number(best.value if best else None, number),
        Text(tried),
    )


def _footer(searches: Sequence[SearchResult]) -> Iterator[str]:
    plan = searches[0].plan
    if all(result.finished for result in searches):
        yield "Every row had the same budget."
    else:
        yield "Every row has the same budget; not all of them have spent it yet."
    yield f"{plan.objective}: the objective, {judged_on(plan)}; the best of many is optimistic."
    if pruned := ended_early(searches):
        yield pruned
    yield SIDE_BY_SIDE
    if shortened(tuple(searches)):
        yield DIGITS_SHOWN


def _records(ablation: str, searches: Sequence[SearchResult]) -> Iterator[Record]:
    for result in searches:
        for point in result.points:
            row = f"{result.plan.row}, configuration {point.number}"
            yield from point_records(ablation, row, result.plan, point)
