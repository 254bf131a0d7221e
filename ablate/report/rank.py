"""The place of a row by the mean of the primary metric."""

from __future__ import annotations

from ablate.report.analysis import Analysis, RowAnalysis
from ablate.report.spaces import comparable


def rank_of(analysis: Analysis, row: RowAnalysis) -> int | None:
    """1 for the best mean, equal means sharing the better place; ``None`` where rows cannot be compared with it."""
    means = _means(analysis)
    if row.label not in means:
        return None
    own, maximize = means[row.label], analysis.primary.maximize
    better = (mean > own if maximize else mean < own for mean in means.values())
    return 1 + sum(better)


def _means(analysis: Analysis) -> dict[str, float]:
    """The mean of each row that has one and is about the same classes as the first of them."""
    rows = [row for row in analysis.rows if row.primary.mean is not None]
    return {
        row.label: row.primary.mean
        for row in rows
        if row.primary.mean is not None
        and comparable(row.results, rows[0].results, analysis.primary)
    }
