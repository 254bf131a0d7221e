"""How many seeds would tell an observed difference apart from chance: a rough guide."""

from __future__ import annotations

import math
from bisect import bisect_left
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ablate.report.statistics.student_t import ALPHA

#: The chance of noticing the difference that counts as enough, by convention (Cohen, 1988).
POWER = 0.8

#: More seeds than this are nobody's plan.
MOST_SEEDS = 50

_PARTS = 1000


def paired_t_power(delta: float, std: float, n: int, alpha: float = ALPHA) -> float:
    """The chance that the paired t-test of ``n`` pairs finds a true difference, two-sided.

    Args:
        delta: the true mean of the differences.
        std: the true standard deviation of the differences.
        n: pairs, at least 2.
        alpha: the level of the test.

    Raises:
        ValueError: fewer than two pairs, or no spread.

    >>> round(paired_t_power(1.0, 1.0, 10), 3)
    0.803
    """
    if n < 2 or std <= 0.0:
        raise ValueError(f"power needs two pairs and a spread, not {n} and {std}")
    from scipy.special import ndtr  # 0.2 s to import: only where a test is made

    # scipy.special.nctdtr, the noncentral t itself, is nan for many large effects
    threshold = _thresholds(n - 1, alpha)
    shift = abs(delta) / std * math.sqrt(n)
    return float(np.mean(ndtr(shift - threshold) + ndtr(-shift - threshold)))


def seeds_needed(
    delta: float,
    std: float,
    *,
    alpha: float = ALPHA,
    power: float = POWER,
    least: int = 2,
    most: int = MOST_SEEDS,
) -> int | None:
    """The fewest seeds, of ``least`` to ``most``, with the wished power; ``None`` if none suffice.

    ``delta`` and ``std`` are the mean and standard deviation (n - 1) of the paired differences
    seen so far. Few seeds measure both badly, so the answer is a guide and no promise.

    >>> seeds_needed(1.43, 1.1), seeds_needed(0.1, 1.1)
    (7, None)
    """
    if not delta:
        return None
    counts = range(least, most + 1)
    place = bisect_left(counts, power, key=lambda n: paired_t_power(delta, std, n, alpha))
    return counts[place] if place < len(counts) else None


@lru_cache(maxsize=1024)
def _thresholds(df: int, alpha: float) -> NDArray[np.float64]:
    """What a mean must exceed to be called different, in standard errors, (1000,).

    One for each of equally likely parts of the observed standard deviation, at its middle; the true one is 1.
    """
    from scipy.special import chdtri, stdtrit

    middles = (np.arange(_PARTS) + 0.5) / _PARTS
    thresholds: NDArray[np.float64] = np.sqrt(chdtri(df, middles) / df)
    thresholds *= float(stdtrit(df, 1.0 - alpha / 2.0))
    thresholds.flags.writeable = False
    return thresholds
