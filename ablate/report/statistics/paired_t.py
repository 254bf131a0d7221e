"""The paired t-test: the difference between two configurations over the same seeds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import mean, stdev

from ablate.report.statistics.student_t import ALPHA, TTest, t_test


def paired_t(values: Sequence[float], references: Sequence[float], alpha: float = ALPHA) -> TTest:
    """Test whether ``values`` differ from ``references``, pair by pair.

    Valid from two pairs on (two give a wide interval). Pairing removes what the seed does to both
    (Student, "The probable error of a mean", 1908).

    Raises:
        ValueError: fewer than two pairs, or values without a partner.

    >>> round(paired_t([73.0, 73.9, 72.6], [72.1, 72.8, 71.9]).p, 4)
    0.0161
    """
    if len(values) != len(references):
        raise ValueError(f"{len(values)} values cannot be paired with {len(references)}")
    n = len(values)
    if n < 2:
        raise ValueError(f"a paired t-test needs two pairs, not {n}")
    differences = [value - other for value, other in zip(values, references, strict=True)]
    return t_test(mean(differences), stdev(differences) / math.sqrt(n), n - 1, alpha)
