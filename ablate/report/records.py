"""The unrounded numbers behind a table, one record per row and metric."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ablate.report.analysis import Analysis, RowAnalysis
from ablate.report.rows import Summary


@dataclass(frozen=True, slots=True)
class Record:
    """One metric of one row, in the unit it is stored in (ratios are 0 to 1).

    ``seeds`` are planned, ``n`` gave a value. The comparison's fields stand with the primary metric
    alone: nothing else is tested. ``text`` is a value that is no number, or why there is none.
    """

    ablation: str
    row: str
    metric: str
    seeds: int
    n: int
    mean: float | None
    std: float | None
    delta: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    p_holm: float | None = None
    verdict: str = ""
    text: str = ""


def records_of(
    analysis: Analysis, metrics: Iterable[str], measured: Iterable[str]
) -> Iterator[Record]:
    """The primary metric of each row, then its other ``metrics`` and what was ``measured``."""
    others, measures = tuple(metrics), tuple(measured)
    for row in analysis.rows:
        yield _primary(analysis, row)
        for metric in others:
            yield _plain(analysis, row, metric, row.results.summary(metric))
        for name in measures:
            yield _plain(analysis, row, name, row.results.measured(name))


def _plain(analysis: Analysis, row: RowAnalysis, metric: str, summary: Summary) -> Record:
    return Record(
        ablation=analysis.ablation.name,
        row=row.label,
        metric=metric,
        seeds=len(row.results.seeds),
        n=summary.n,
        mean=summary.mean,
        std=summary.std,
    )


def _primary(analysis: Analysis, row: RowAnalysis) -> Record:
    found = row.comparison
    return Record(
        ablation=analysis.ablation.name,
        row=row.label,
        metric=analysis.primary.metric,
        seeds=len(row.results.seeds),
        n=row.primary.n,
        mean=row.primary.mean,
        std=row.primary.std,
        delta=found.delta if found else None,
        low=found.low if found else None,
        high=found.high if found else None,
        p=found.p if found else None,
        p_holm=found.p_holm if found else None,
        verdict=row.verdict,
    )
