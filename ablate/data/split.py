"""Stratified choices of images, the same on every machine and for every trial."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]

#: Each choice has its own stream of random numbers under one seed.
VALIDATION = 0
TRAIN_PART = 1


def allocate(counts: Integers, limits: Integers, total: int) -> Integers:
    """Share ``total`` among classes in proportion to ``counts`` (C,), largest remainders first.

    Every class gets at least 1 and at most ``limits`` (C,); ``total`` must lie between C and their sum.

    >>> allocate(np.array([70, 20, 10]), np.array([70, 20, 10]), 11)
    array([8, 2, 1])
    """
    size = int(counts.sum())
    shares = np.clip(counts * total // size, 1, limits)
    while shares.sum() != total:
        lacking = counts * total - shares * size  # exact, in parts of 1 / size of an image
        if shares.sum() < total:
            shares[np.argmax(np.where(shares < limits, lacking, -size * size))] += 1
        else:
            shares[np.argmin(np.where(shares > 1, lacking, size * size))] -= 1
    return shares


def choose(labels: Integers, shares: Integers, seed: int, stream: int) -> NDArray[np.bool_]:
    """(N,) bool: ``shares[c]`` random images of each class ``c`` of ``labels`` (N,).

    A larger share chooses a superset of a smaller one, so parts of growing size are nested.
    """
    # Raw 64-bit numbers, because NumPy promises the same ones for ever (NEP 19), unlike its permutations.
    keys = np.random.PCG64([seed, stream]).random_raw(len(labels))
    order = np.lexsort((keys, labels))
    counts = np.bincount(labels, minlength=len(shares))
    starts = np.cumsum(counts) - counts
    chosen = np.zeros(len(labels), np.bool_)
    ranks = np.arange(len(labels)) - starts[labels[order]]
    chosen[order] = ranks < shares[labels[order]]
    return chosen
