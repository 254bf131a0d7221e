"""A metric of one's own for `studies/plugin.yaml`: agreement beyond chance.

In a file of its own, because every trial computes every metric: a change here trains everything again, a change of
the network only the rows that have it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ablate.plugins import register

if TYPE_CHECKING:
    from ablate.metrics.counts import Counts


@register("metric", "kappa", direction="max", title="Cohen's kappa")
def kappa(counts: Counts) -> float:
    """Agreement of truth and prediction beyond that of their class shares alone (Cohen 1960)."""
    matrix = counts.confusion.counts
    total = int(matrix.sum())
    by_chance = float((matrix.sum(axis=0) * matrix.sum(axis=1)).sum()) / max(total, 1) ** 2
    if not total or by_chance == 1.0:
        return float("nan")
    return (float(matrix.trace()) / total - by_chance) / (1 - by_chance)
