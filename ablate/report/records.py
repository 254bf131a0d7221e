"""The unrounded numbers behind a table, one record per row and metric."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from ablate.report.analysis import Analysis, RowAnalysis
from ablate.report.property_cells import unrecorded
from ablate.report.rows import Summary, summarise
from ablate.spec.properties import Property


@dataclass(frozen=True, slots=True)
class Record:
    """One metric of one row, in the unit it is stored in (ratios are 0 to 1).

    ``seeds`` are planned, ``n`` gave a value. The comparison's fields stand with the primary metric
    alone: nothing else is tested. ``text`` is a value that is no number, or why there is none. ``noise_low`` and
    ``noise_high`` are the interval of test-set noise, ``noise_p`` is McNemar's: neither is about other seeds.
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
    noise_low: float | None = None
    noise_high: float | None = None
    noise_p: float | None = None


def records_of(
    analysis: Analysis, metrics: Iterable[str], properties: Iterable[Property]
) -> Iterator[Record]:
    """The primary metric of each row, then its other ``metrics`` and the ``properties`` of its trials."""
    others, shown = tuple(metrics), tuple(properties)
    for row in analysis.rows:
        yield _primary(analysis, row)
        for metric in others:
            yield _plain(analysis, row, metric, row.results.summary(metric))
        for one in shown:
            yield property_record(analysis, row, one)


def property_record(analysis: Analysis, row: RowAnalysis, one: Property) -> Record:
    """The mean of what trials recorded, or what the configuration and the other rows say."""
    if one.recorded:
        return _plain(analysis, row, one.recorded, row.results.measured(one.recorded))
    value = unrecorded(one, analysis, row)
    if isinstance(value, str):
        return replace(_plain(analysis, row, one.name, Summary(0, None, None)), text=value)
    known = {seed: None if value is None else float(value) for seed in row.results.seeds}
    return _plain(analysis, row, one.name, replace(summarise(known), std=None))


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
    found, noise = row.comparison, row.noise
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
        noise_low=noise.low if noise else None,
        noise_high=noise.high if noise else None,
        noise_p=noise.p if noise else None,
    )
