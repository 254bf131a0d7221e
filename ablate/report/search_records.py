"""The unrounded numbers behind the tables of a search: every configuration, not the best alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ablate.plan.search.types import SearchPlan, SearchResult
from ablate.report.records import Record
from ablate.report.searching import fate, ranked, score
from ablate.results import SearchPoint
from ablate.spec.text import show_value


def point_records(
    ablation: str, row: str, plan: SearchPlan, point: SearchPoint
) -> Iterator[Record]:
    """The objective of a configuration, then each of its parameters."""
    seeds, value = len(plan.seeds), score(point)
    n = 0 if value is None else seeds
    yield Record(ablation, row, plan.objective, seeds, n, value, None, text=fate(point))
    for field, parameter in point.params.items():
        number = _number(parameter)
        text = "" if number is not None else show_value(parameter)
        yield Record(ablation, row, field, seeds, n, number, None, text=text)


def importance_records(
    ablation: str, result: SearchResult, shares: Iterable[tuple[str, float]]
) -> Iterator[Record]:
    """Each field's share, judged by the finished configurations."""
    seeds, finished = len(result.plan.seeds), len(ranked(result))
    for field, share in shares:
        yield Record(ablation, field, "importance", seeds, finished, share, None)


def _number(value: Any) -> float | None:
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if plain else None
