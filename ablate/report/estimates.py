"""Contrasts of rows, estimated within each seed: one number that several rows answer together."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ablate.plan.types import Contrast
from ablate.report.analysis import Analysis
from ablate.report.compare import Comparison, SeedValues, Verdict, compare_rows


class Kind(StrEnum):
    """What a contrast is about, and hence what may be said of one that differs from 0."""

    EFFECT = "effect"
    INTERACTION = "interaction"
    DECLARED = "contrast"


@dataclass(frozen=True, slots=True)
class Estimate:
    """A contrast's value over the seeds, with interval and p; ``planned`` are the seeds that it could have."""

    name: str
    kind: Kind
    planned: int
    found: Comparison | None

    @property
    def verdict(self) -> str:
        """In words; an interaction is neither better nor worse, and the sign of a declared contrast its author's."""
        if self.found is None:
            return ""
        if self.found.verdict not in (Verdict.BETTER, Verdict.WORSE) or self.kind is Kind.EFFECT:
            return str(self.found.verdict)
        if self.kind is Kind.INTERACTION:
            return "present"
        return "positive" if self.found.delta > 0 else "negative"


def estimate(
    contrasts: Sequence[tuple[Kind, Contrast]], analysis: Analysis
) -> tuple[Estimate, ...]:
    """Each contrast of the rows' primary metric; all of them share Holm's correction.

    A seed counts where every row that has a weight gives a value.
    """
    values = seed_values(analysis)
    sides = [weighed(contrast, values) for _, contrast in contrasts]
    found = compare_rows(
        sides, maximize=analysis.primary.maximize, min_effect=analysis.ablation.min_effect
    )
    return tuple(
        Estimate(contrast.name, kind, len(added), comparison)
        for (kind, contrast), (added, _), comparison in zip(contrasts, sides, found, strict=True)
    )


def seed_values(analysis: Analysis) -> dict[str, SeedValues]:
    """Label of each row to its values of the primary metric, seed by seed."""
    metric = analysis.primary.metric
    return {row.label: row.results.values(metric) for row in analysis.rows}


def weighed(
    contrast: Contrast, values: Mapping[str, SeedValues]
) -> tuple[dict[int, float | None], dict[int, float | None]]:
    """What a contrast adds up, and what it takes away, for each planned seed of its rows.

    Their difference is the contrast. Apart they keep the metric's size, by which rounding is told from noise.
    """
    weights = [(values.get(label, {}), weight) for label, weight in contrast.weights if weight]
    seeds = sorted({seed for row, _ in weights for seed in row})
    return (
        {seed: _side(weights, seed, 1.0) for seed in seeds},
        {seed: _side(weights, seed, -1.0) for seed in seeds},
    )


def _side(weights: Sequence[tuple[SeedValues, float]], seed: int, sign: float) -> float | None:
    terms = []
    for row, weight in weights:
        value = row.get(seed)
        if value is None:
            return None
        terms.append(max(sign * weight, 0.0) * value)
    return math.fsum(terms)
