"""An ablation's results, compared: everything a table says, before it is laid out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from ablate.plan.search.types import SearchResult
from ablate.plan.types import AblationPlan, Plan
from ablate.report.compare import Comparison, Verdict, compare, compare_rows
from ablate.report.noise import MOST_ROWS, SamplingNoise, sampling_noise
from ablate.report.rows import Missing, RowResults, Summary, gather, primary_of
from ablate.report.searching import searches_of
from ablate.report.spaces import class_set, comparable
from ablate.results import ResultSet
from ablate.spec.primary import Primary


@dataclass(frozen=True, slots=True)
class RowAnalysis:
    """One row: its primary metric, the comparison with its reference and with the rung above."""

    results: RowResults
    primary: Summary
    missing: tuple[Missing, ...]
    comparison: Comparison | None
    rung: Comparison | None
    other_classes: str = ""
    """Why the primary metric cannot be compared with the reference's; empty where it can."""
    noise: SamplingNoise | None = None
    """Test-set noise, where single runs are compared and nothing more can be said."""

    @property
    def label(self) -> str:
        """The row's name in the table."""
        return self.results.row.label

    @property
    def verdict(self) -> str:
        """The verdict, or that the row was ended before there could be one."""
        if self.results.pruned:
            return "pruned"
        if self.other_classes:
            return str(Verdict.OTHER_CLASSES)
        return str(self.comparison.verdict) if self.comparison else ""


@dataclass(frozen=True, slots=True)
class Analysis:
    """One ablation, its rows in order, the label of the best of them, if one is, and its searches."""

    ablation: AblationPlan
    primary: Primary
    rows: tuple[RowAnalysis, ...]
    best: str | None
    searches: tuple[SearchResult, ...] = ()

    @property
    def references(self) -> tuple[str, ...]:
        """The labels that rows are compared with, in the order of the table."""
        wanted = {row.results.row.reference for row in self.rows}
        return tuple(row.label for row in self.rows if row.label in wanted)


def analyse(
    plan: Plan,
    ablation: AblationPlan,
    results: ResultSet,
    searches: Mapping[str, SearchResult] | None = None,
) -> Analysis:
    """Match an ablation's rows with the results and compare each with its reference.

    ``searches`` maps the key of a search to what is recorded of it.
    """
    primary = primary_of(plan, ablation)
    rows = gather(plan, ablation, results)
    tests = _tests(rows, primary, ablation.min_effect)
    analysed = tuple(
        RowAnalysis(
            results=row,
            primary=row.summary(primary.metric),
            missing=row.missing(primary.metric),
            comparison=tests.get(row.row.label),
            rung=_rung(row, rows, primary),
            other_classes=_other_classes(row, rows, primary),
        )
        for row in rows
    )
    own = searches_of(plan, ablation, searches or {})
    return Analysis(ablation, primary, analysed, _best(analysed, primary.maximize), own)


def with_noise(analysis: Analysis, results: ResultSet) -> Analysis:
    """The analysis with the test-set noise of those comparisons that are of one run with one other."""
    if len(analysis.rows) > MOST_ROWS:
        return analysis
    named = {row.label: row.results for row in analysis.rows}
    outcomes = lru_cache(maxsize=2)(results.outcomes)  # rows share a reference

    def noise(row: RowAnalysis) -> SamplingNoise | None:
        reference = named.get(row.results.row.reference or "")
        if reference is None or row.comparison is None:
            return None
        return sampling_noise(row.results, reference, row.comparison, analysis.primary, outcomes)

    return replace(analysis, rows=tuple(replace(row, noise=noise(row)) for row in analysis.rows))


def _tests(
    rows: Sequence[RowResults], primary: Primary, min_effect: float | None
) -> dict[str, Comparison | None]:
    values = {row.row.label: row.values(primary.metric) for row in rows}
    pairs = {
        row.row.label: (values[row.row.label], values[row.row.reference])
        for row in rows
        if row.row.reference in values  # a reference may still be searched for
        and not _other_classes(row, rows, primary)
    }
    compared = compare_rows(list(pairs.values()), maximize=primary.maximize, min_effect=min_effect)
    return dict(zip(pairs, compared, strict=True))


def _rung(row: RowResults, rows: Sequence[RowResults], primary: Primary) -> Comparison | None:
    above = _named(rows, row.row.previous)
    if above is None or not comparable(row, above, primary):
        return None
    values, others = row.values(primary.metric), above.values(primary.metric)
    return compare(values, others, maximize=primary.maximize)


def _named(rows: Sequence[RowResults], label: str | None) -> RowResults | None:
    return next((row for row in rows if row.row.label == label), None)


def _other_classes(row: RowResults, rows: Sequence[RowResults], primary: Primary) -> str:
    """A note where both have the primary metric, but about different classes."""
    reference = _named(rows, row.row.reference)
    if reference is None or comparable(row, reference, primary):
        return ""
    if not row.summary(primary.metric).n or not reference.summary(primary.metric).n:
        return ""
    own, theirs = len(class_set(row) or ()), len(class_set(reference) or ())
    sizes = f"{own} classes against {theirs}" if own != theirs else f"{own} other classes"
    return (
        f"{primary.metric} is of other classes than the reference's ({sizes}): "
        "neither a difference nor a verdict would mean anything"
    )


def _best(rows: Sequence[RowAnalysis], maximize: bool) -> str | None:
    """The row with the best mean, where the verdicts say so; a lead within the noise is none."""
    means = {row.label: row.primary.mean for row in rows if row.primary.mean is not None}
    if not means or len({row.results.row.reference for row in rows} - {None}) != 1:
        return None
    top = (max if maximize else min)(means.values())
    leaders = [row for row in rows if means.get(row.label) == top]
    if len(leaders) != 1:
        return None
    (leader,) = leaders
    if leader.results.row.reference is not None:
        return leader.label if _says(leader, Verdict.BETTER) else None
    beaten = all(_says(row, Verdict.WORSE) for row in rows if row is not leader)
    return leader.label if beaten else None


def _says(row: RowAnalysis, verdict: Verdict) -> bool:
    return row.comparison is not None and row.comparison.verdict is verdict
