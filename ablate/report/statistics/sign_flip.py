"""The exact sign-flip test: a paired test that assumes symmetry and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

#: Above this many differences the 2^n sign patterns are too many to count exactly.
MOST_DIFFERENCES = 40


def sign_flip_p(differences: Sequence[float]) -> float:
    """Two-sided p: the share of the 2^n sign patterns with a sum at least as far from 0.

    Cannot fall below .05 with fewer than six differences, so it cross-checks a t-test of many
    seeds. All patterns are counted without listing them: each sum is one of the first half's plus
    one of the second's (Fisher, "The Design of Experiments", 1935).

    Raises:
        ValueError: no difference, or more than 40.

    >>> sign_flip_p([0.4, 0.9, 0.1])
    0.25
    """
    n = len(differences)
    if not 1 <= n <= MOST_DIFFERENCES:
        raise ValueError(f"a sign-flip test takes 1 to {MOST_DIFFERENCES} differences, not {n}")
    sizes = np.abs(np.asarray(differences, dtype=np.float64))
    # sums that are equal but for rounding count as equally far
    bound = abs(float(np.sum(differences))) - 1e-9 * float(sizes.sum())
    if bound <= 0.0:
        return 1.0
    first, second = _signed_sums(sizes[: n // 2]), np.sort(_signed_sums(sizes[n // 2 :]))
    reach = second.size - np.searchsorted(second, bound - first, side="left")
    # a pattern and its opposite lie equally far from 0
    return 2.0 * float(reach.sum()) / 2.0**n


def _signed_sums(sizes: NDArray[np.float64]) -> NDArray[np.float64]:
    """The sum under each of the 2^n choices of signs, shape (2^n,)."""
    sums = np.zeros(1)
    for size in sizes:
        sums = np.concatenate([sums + size, sums - size])
    return sums
