"""Mean and standard deviation of the input: measured, or chosen by the study file."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ablate.data.prepared import PreparedData
from ablate.errors import DataError
from ablate.spec.sections import DataOptions
from ablate.spec.values import IMAGENET, Normalization


def from_sums(sums: NDArray[np.int64], pixels: int) -> Normalization:
    """Mean and std per channel on the 0..1 scale, from exact integer sums.

    ``sums`` (N, 2, C): each image's sum of values 0..255 and of their squares over ``pixels`` pixels. A channel that
    never changes gets the std 1.

    >>> from_sums(np.array([[[255], [255 * 255]]]), pixels=2)
    Normalization(mean=(0.5,), std=(0.5,))
    """
    count = len(sums) * pixels
    totals, squares = sums.sum(axis=0).tolist()
    means = [total / count for total in totals]
    # Python's integers are exact: N * sum(x^2) - sum(x)^2 loses nothing.
    variances = [
        (count * square - total * total) / (count * count)
        for total, square in zip(totals, squares, strict=True)
    ]
    return Normalization(
        mean=tuple(mean / 255 for mean in means),
        std=tuple(variance**0.5 / 255 or 1.0 for variance in variances),
    )


def resolve_normalization(
    options: DataOptions, data: PreparedData, weights: Normalization | None
) -> Normalization:
    """What ``data.normalize`` means: ``auto`` is that of the loaded ``weights``, else the train split's.

    Raises:
        DataError: it is for another number of channels than the images have.
    """
    channels = data.shape.channels
    chosen = _chosen(options, data, weights)
    if len(chosen.mean) != channels:
        raise DataError(
            f"data set '{data.name}' has {channels} channel{'s' if channels > 1 else ''}, but the "
            f"normalisation ({_origin(options, weights)}) has {len(chosen.mean)}. "
            "Set data.normalize to 'train', or to a mean and std for each channel"
        )
    return chosen


def _chosen(
    options: DataOptions, data: PreparedData, weights: Normalization | None
) -> Normalization:
    if isinstance(options.normalize, Normalization):
        return options.normalize
    if options.normalize == "auto":
        return data.normalization if weights is None else _for_grey(weights, data)
    if options.normalize == "imagenet":
        return IMAGENET
    if options.normalize == "train":
        return data.normalization
    channels = data.shape.channels
    return Normalization(mean=(0.0,) * channels, std=(1.0,) * channels)


def _for_grey(weights: Normalization, data: PreparedData) -> Normalization:
    """Colour weights on grey images see the same grey in each channel, so their channels' mean counts."""
    if data.shape.channels != 1:
        return weights
    count = len(weights.mean)
    return Normalization(mean=(sum(weights.mean) / count,), std=(sum(weights.std) / count,))


def _origin(options: DataOptions, weights: Normalization | None) -> str:
    if options.normalize == "auto":
        return "data.normalize: auto, that of the loaded weights"
    named = options.normalize if isinstance(options.normalize, str) else "mean and std"
    return f"data.normalize: {named}"
