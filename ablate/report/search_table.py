"""How the search of an ablation went: its best configurations, and which fields mattered."""

from __future__ import annotations

from collections.abc import Iterator

from ablate.plan.search.types import SearchResult
from ablate.report.cells import Cell, Number, Text
from ablate.report.number_format import ABSENT, NumberFormat
from ablate.report.records import Record
from ablate.report.search_footer import DIGITS_SHOWN, SIDE_BY_SIDE, shortened
from ablate.report.search_records import importance_records, point_records
from ablate.report.searching import (
    ended_early,
    fate,
    judged_on,
    objective_info,
    objective_title,
    outcome,
    progress,
    ranked,
    rounded,
    sampler_name,
    score,
    tuned_fields,
)
from ablate.report.table import AblationTable
from ablate.results import SearchPoint
from ablate.spec.text import show_value

#: Configurations that a table shows; the CSV has all of them.
MOST_SHOWN = 5

EXPLORATORY = "Exploratory: which fields moved the objective in this search; not a test."


def search_table(ablation: str, result: SearchResult) -> AblationTable:
    """The best configurations so far, and what became of the others."""
    fields = tuned_fields([result])
    shown = _shown(result)
    number = NumberFormat.of(objective_info(result.plan))
    return AblationTable(
        title=f"{ablation}: search",
        description="",
        columns=("configuration", *fields, objective_title(result.plan), "status"),
        rows=tuple(_row(point, fields, number) for point in shown),
        footer=tuple(_footer(result, len(shown))),
        records=tuple(_records(ablation, result)),
        level=3,
    )


def importances_table(ablation: str, result: SearchResult) -> AblationTable | None:
    """Each field's share of what moved the objective; ``None`` where that is not known."""
    if not result.importances:
        return None
    ordered = sorted(result.importances.items(), key=lambda item: (-item[1], item[0]))
    return AblationTable(
        title=f"{ablation}: importances",
        description="",
        columns=("field", "share %"),
        rows=tuple(
            (Text(field), Number(share, NumberFormat(100.0, 0))) for field, share in ordered
        ),
        footer=(EXPLORATORY,),
        records=tuple(importance_records(ablation, result, ordered)),
        level=3,
    )


def parameter(point: SearchPoint, field: str) -> Cell:
    """The value of a field in a configuration, ``-`` where it had no part in it."""
    absent = field not in point.params
    return Text(ABSENT if absent else show_value(rounded(point.params[field])))


def _shown(result: SearchResult) -> tuple[SearchPoint, ...]:
    """The best finished ones; before any has finished, the first that were tried."""
    return (ranked(result) or result.points)[:MOST_SHOWN]


def _row(point: SearchPoint, fields: tuple[str, ...], number: NumberFormat) -> tuple[Cell, ...]:
    parameters = (parameter(point, field) for field in fields)
    return (
        Text(str(point.number)),
        *parameters,
        Number(score(point), number),
        Text(fate(point)),
    )


def _footer(result: SearchResult, shown: int) -> Iterator[str]:
    plan = result.plan
    ended = f": {outcome(result)}" if result.points else ""
    state = "" if result.finished else " so far"
    yield f"Configurations: {progress(result)}{state}{ended}; sampler {sampler_name(plan)}."
    if result.best is not None:
        value = NumberFormat.of(objective_info(plan)).plain(result.best.value or 0.0)
        yield f"Best{state}: configuration {result.best.number} with {value}.{_listed(shown, result)}"
    yield f"{plan.objective}: the objective, {judged_on(plan)}; the best of many is optimistic."
    if pruned := ended_early([result]):
        yield pruned
    yield SIDE_BY_SIDE
    if shortened((result,)):
        yield DIGITS_SHOWN


def _listed(shown: int, result: SearchResult) -> str:
    finished = len(ranked(result))
    return f" The {shown} best of {finished} finished are listed." if finished > shown else ""


def _records(ablation: str, result: SearchResult) -> Iterator[Record]:
    for point in result.points:
        yield from point_records(ablation, f"configuration {point.number}", result.plan, point)
