"""What may be said of a row against its reference: difference, interval, p and verdict.

The rules, by the number of seeds that both rows have: one shows the difference and no verdict; from
two on a paired t-test; from ten on the exact sign-flip test beside it. Rows with different seeds are
compared by Welch's test and marked as unpaired. All comparisons of one table share Holm's correction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from statistics import stdev

from ablate.report.statistics import (
    ALPHA,
    MOST_DIFFERENCES,
    TTest,
    holm,
    paired_t,
    sign_flip_p,
    welch,
)

#: Planned seed to the value it gave; ``None`` where it failed, diverged or has not run.
SeedValues = Mapping[int, float | None]

#: Seeds from which on the sign-flip test can cross-check the t-test.
CROSS_CHECK_SEEDS = 10

#: A spread below this share of the largest value is rounding, not noise between seeds.
ROUNDING = 1e-9

NO_SPREAD = "every seed gives exactly the same difference: without a spread there is no test"
UNPAIRED = "other seeds than the reference: unpaired, Welch's t-test"


class Verdict(StrEnum):
    """What a comparison allows to say of a row."""

    BETTER = "better"
    WORSE = "worse"
    SUGGESTIVE = "suggestive"
    CANNOT_TELL = "cannot tell"
    TOO_SMALL = "too small to matter"
    ONE_SEED = "1 seed: cannot tell"
    OTHER_CLASSES = "other classes"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A row against its reference, in the metric's own unit.

    ``delta`` is row minus reference, over the ``n_pairs`` seeds that both have (0 when unpaired);
    ``low`` and ``high`` its 95 % interval, ``p`` its two-sided p, ``p_holm`` the same corrected for
    the table's comparisons; each ``None`` where the data allow no test. ``wins`` counts the seeds in
    which the row is better, ``spread`` is the standard deviation (n - 1) of the paired differences,
    ``sign_flip`` the exact sign-flip p from ten seeds on. ``note`` says what is unusual.
    """

    delta: float
    low: float | None = None
    high: float | None = None
    p: float | None = None
    p_holm: float | None = None
    n_pairs: int = 0
    wins: int | None = None
    paired: bool = True
    verdict: Verdict = Verdict.CANNOT_TELL
    note: str = ""
    sign_flip: float | None = None
    spread: float | None = None


def compare(
    row: SeedValues, reference: SeedValues, *, maximize: bool, min_effect: float | None = None
) -> Comparison | None:
    """One comparison on its own, without a correction; see :func:`compare_rows`.

    >>> compare({0: .730, 1: .739, 2: .726}, {0: .721, 1: .728, 2: .719}, maximize=True).verdict
    <Verdict.BETTER: 'better'>
    """
    return compare_rows([(row, reference)], maximize=maximize, min_effect=min_effect)[0]


def compare_rows(
    pairs: Sequence[tuple[SeedValues, SeedValues]],
    *,
    maximize: bool,
    min_effect: float | None = None,
) -> tuple[Comparison | None, ...]:
    """Compare each (row, reference) and correct the p-values of all of them after Holm.

    ``None`` stands where there is nothing to compare: no seed has a value in both. An interval
    inside +- ``min_effect`` makes the verdict "too small to matter".
    """
    found = [_estimate(row, reference, maximize) for row, reference in pairs]
    corrected = iter(holm([item.p for item in found if item and item.p is not None]))
    return tuple(
        item
        if item is None or item.p is None
        else _judged(replace(item, p_holm=next(corrected)), maximize, min_effect)
        for item in found
    )


def _estimate(row: SeedValues, reference: SeedValues, maximize: bool) -> Comparison | None:
    if set(row) != set(reference):
        return _unpaired(_present(row), _present(reference))
    both = [seed for seed in sorted(row) if row[seed] is not None and reference[seed] is not None]
    values, references = _present(row, both), _present(reference, both)
    if not both:
        return None
    if len(both) == 1:
        delta = values[0] - references[0]
        return Comparison(delta, n_pairs=1, verdict=Verdict.ONE_SEED)
    return _paired(values, references, maximize)


def _present(values: SeedValues, seeds: Sequence[int] | None = None) -> list[float]:
    chosen = (values[seed] for seed in (sorted(values) if seeds is None else seeds))
    return [value for value in chosen if value is not None]


def _paired(values: list[float], references: list[float], maximize: bool) -> Comparison:
    differences = [value - other for value, other in zip(values, references, strict=True)]
    scale = max(map(abs, values + references))
    base = Comparison(
        delta=0.0,
        n_pairs=len(values),
        wins=sum(difference > 0 if maximize else difference < 0 for difference in differences),
        spread=stdev(differences),
    )
    tested = _with_test(base, paired_t(values, references), scale)
    if tested.p is None or not CROSS_CHECK_SEEDS <= len(values) <= MOST_DIFFERENCES:
        return tested
    return replace(tested, sign_flip=sign_flip_p(differences))


def _unpaired(values: list[float], references: list[float]) -> Comparison | None:
    if not values or not references:
        return None
    if min(len(values), len(references)) == 1:
        delta = sum(values) / len(values) - sum(references) / len(references)
        return Comparison(delta, paired=False, verdict=Verdict.ONE_SEED, note=UNPAIRED)
    base = Comparison(delta=0.0, paired=False, note=UNPAIRED)
    return _with_test(base, welch(values, references), max(map(abs, values + references)))


def _with_test(base: Comparison, test: TTest, scale: float) -> Comparison:
    """The outcome of a test, unless nothing varies: then there is no noise to test against.

    Metrics that are counts over few images often differ by the same amount in every seed; a t-test
    would call that infinitely significant.
    """
    if test.standard_error > ROUNDING * scale:
        return replace(base, delta=test.delta, low=test.low, high=test.high, p=test.p)
    if abs(test.delta) > ROUNDING * scale:
        note = f"{base.note}; {NO_SPREAD}" if base.note else NO_SPREAD
        return replace(base, delta=test.delta, note=note)
    return replace(base, delta=0.0, low=0.0, high=0.0, p=1.0)


def _judged(item: Comparison, maximize: bool, min_effect: float | None) -> Comparison:
    return replace(item, verdict=_verdict(item, maximize, min_effect))


def _verdict(item: Comparison, maximize: bool, min_effect: float | None) -> Verdict:
    if item.p is None or item.p_holm is None or item.low is None or item.high is None:
        return item.verdict
    if min_effect is not None and -min_effect < item.low and item.high < min_effect:
        return Verdict.TOO_SMALL
    if item.p >= ALPHA:
        return Verdict.CANNOT_TELL
    if item.p_holm >= ALPHA:
        return Verdict.SUGGESTIVE
    return Verdict.BETTER if (item.delta > 0) == maximize else Verdict.WORSE
