"""McNemar's exact test: two classifiers on the same test images."""

from __future__ import annotations


def mcnemar_p(only_first: int, only_second: int) -> float:
    """Two-sided p that two classifiers err equally often, from the images they disagree on.

    ``only_first`` images are right by the first classifier alone, ``only_second`` by the second
    alone. The test covers the noise of the test set only: it says nothing about other seeds
    (McNemar, "Note on the sampling error of the difference between correlated proportions", 1947).

    Raises:
        ValueError: a negative count.

    >>> round(mcnemar_p(10, 2), 4)
    0.0386
    """
    if min(only_first, only_second) < 0:
        raise ValueError(f"counts cannot be negative: {only_first}, {only_second}")
    n = only_first + only_second
    if n == 0:
        return 1.0
    from scipy.special import bdtr  # 0.2 s to import: only where a test is made

    return min(1.0, 2.0 * float(bdtr(min(only_first, only_second), n, 0.5)))
