"""Benjamini and Hochberg's correction of many p-values."""

from __future__ import annotations

from collections.abc import Sequence


def benjamini_hochberg(p_values: Sequence[float]) -> tuple[float, ...]:
    """Adjusted p-values, in the order given: the share of false discoveries is at most alpha.

    For screening many rows; a table's verdicts use Holm. Benjamini and Hochberg, "Controlling the
    false discovery rate: a practical and powerful approach to multiple testing", 1995.

    >>> [round(p, 3) for p in benjamini_hochberg([0.01, 0.04, 0.03, 0.005])]
    [0.02, 0.04, 0.04, 0.02]
    """
    order = sorted(range(len(p_values)), key=lambda index: p_values[index], reverse=True)
    adjusted = [1.0] * len(p_values)
    smallest = 1.0
    for passed, index in enumerate(order):
        rank = len(order) - passed
        smallest = min(smallest, len(order) / rank * p_values[index])
        adjusted[index] = smallest
    return tuple(adjusted)
