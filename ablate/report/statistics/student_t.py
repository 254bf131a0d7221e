"""Student's t-test of an estimated difference: the value that every such test returns."""

from __future__ import annotations

import math
from dataclasses import dataclass

#: Two-sided error that intervals and verdicts allow.
ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class TTest:
    """A difference, its standard error and what Student's t says about it.

    ``p`` is two-sided; ``low`` and ``high`` bound the interval of coverage 1 - ``alpha``.
    """

    delta: float
    standard_error: float
    df: float
    t: float
    p: float
    low: float
    high: float


def t_test(delta: float, standard_error: float, df: float, alpha: float = ALPHA) -> TTest:
    """Test a difference against 0, given its standard error on ``df`` degrees of freedom.

    Without any spread the interval has no width, and ``p`` is 1 for no difference, else 0.
    """
    if standard_error == 0.0:
        t = math.copysign(math.inf, delta) if delta else 0.0
        return TTest(delta, 0.0, df, t, 0.0 if delta else 1.0, delta, delta)
    from scipy.special import stdtr, stdtrit  # 0.2 s to import: only where a test is made

    t = delta / standard_error
    margin = float(stdtrit(df, 1.0 - alpha / 2.0)) * standard_error
    p = 2.0 * float(stdtr(df, -abs(t)))
    return TTest(delta, standard_error, df, t, p, delta - margin, delta + margin)
