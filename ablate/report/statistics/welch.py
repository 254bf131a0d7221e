"""Welch's t-test: the difference between two configurations whose seeds are not the same."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import mean, variance

from ablate.report.statistics.student_t import ALPHA, TTest, t_test


def welch(values: Sequence[float], references: Sequence[float], alpha: float = ALPHA) -> TTest:
    """Test whether the means of two independent groups differ; their variances may.

    Welch, "The generalization of 'Student's' problem when several different population variances
    are involved", 1947.

    Raises:
        ValueError: a group of fewer than two.

    >>> round(welch([73.0, 73.9, 72.6], [72.1, 72.8, 71.9]).p, 4)
    0.1366
    """
    if min(len(values), len(references)) < 2:
        raise ValueError(f"groups of {len(values)} and {len(references)}: each needs two values")
    delta = mean(values) - mean(references)
    first = variance(values) / len(values)
    second = variance(references) / len(references)
    return t_test(delta, math.sqrt(first + second), _df(first, second, values, references), alpha)


def _df(first: float, second: float, values: Sequence[float], references: Sequence[float]) -> float:
    """Degrees of freedom after Welch and Satterthwaite."""
    if first + second == 0.0:
        return float(len(values) + len(references) - 2)
    share = first / (first + second)
    parts = share**2 / (len(values) - 1) + (1.0 - share) ** 2 / (len(references) - 1)
    return 1.0 / parts
