"""The paired bootstrap: how far a difference between two models would move with other test images."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ablate.report.statistics.student_t import ALPHA

RESAMPLES = 2000
#: Images whose numbers differ between the models; with fewer, percentiles are too narrow to be of use.
FEWEST_DIFFERENT = 20

#: Where few kinds of images exist, drawing how often each occurs is faster than drawing images.
_MANY_IMAGES_PER_KIND = 20
_MOST_VALUES = 2**22

Rows = NDArray[np.float64]


class Interval(NamedTuple):
    """Both ends of an interval."""

    low: float
    high: float


def paired_bootstrap(
    first: Rows,
    second: Rows,
    statistic: Callable[[Rows], Rows],
    *,
    alpha: float = ALPHA,
    resamples: int = RESAMPLES,
) -> Interval | None:
    """The percentile interval of ``statistic(first) - statistic(second)`` over other samples of the same images.

    Each resample draws as many images as there are, with replacement, the same ones for both models. The models
    stay as they are: noise of training is no part of it (Efron and Tibshirani, "An Introduction to the Bootstrap",
    1993, chapter 13). Resamples in which a value is undefined are left out. The draws are the same each time and with
    every version of NumPy, and do not depend on the order of the images.

    Args:
        first: (N, F) whole numbers of each image under the first model, which add up over images.
        second: (N, F) those under the second.
        statistic: from sums (R, F) to values (R,), ``nan`` where undefined.
        alpha: 1 minus the coverage.
        resamples: how many samples are drawn.

    Returns:
        ``None`` with fewer than 20 images that differ between the models, or where nothing is defined.

    Raises:
        ValueError: the models were not given the same images.
    """
    if first.shape != second.shape:
        raise ValueError(f"{first.shape} and {second.shape} are not of the same images")
    if np.count_nonzero((first != second).any(axis=1)) < FEWEST_DIFFERENT:
        return None
    width = first.shape[1]
    sums = _resampled(np.hstack([first, second]), resamples)
    deltas = statistic(sums[:, :width]) - statistic(sums[:, width:])
    defined = deltas[~np.isnan(deltas)]
    if not defined.size:
        return None
    low, high = np.quantile(defined, [alpha / 2, 1 - alpha / 2])
    return Interval(float(low), float(high))


def _resampled(images: Rows, resamples: int) -> Rows:
    """(R, F): the sums over each resample of N images (N, F). Whole numbers, hence exact in any order."""
    kinds, members = np.unique(images, axis=0, return_counts=True)
    random = np.random.RandomState(0)  # its streams never change, unlike those of Generator
    step = max(1, _MOST_VALUES // len(images))
    parts = [
        _draws(random, members, min(step, resamples - start)) @ kinds
        for start in range(0, resamples, step)
    ]
    return np.concatenate(parts)


def _draws(random: np.random.RandomState, members: NDArray[np.integer], number: int) -> Rows:
    """(number, K): how often each of K kinds of images, with so many members each, occurs in a resample."""
    images = int(members.sum())
    if images >= _MANY_IMAGES_PER_KIND * len(members):
        return random.multinomial(images, members / images, size=number).astype(np.float64)
    kind = np.repeat(np.arange(len(members)), members)
    drawn = kind[random.randint(0, images, size=(number, images))]
    drawn += len(members) * np.arange(number)[:, None]
    counts = np.bincount(drawn.ravel(), minlength=number * len(members))
    return counts.reshape(number, len(members)).astype(np.float64)
