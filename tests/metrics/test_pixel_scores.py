from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from ablate.metrics.pixel_scores import LEVELS, PixelScores


def binned(target: np.ndarray, scores: np.ndarray) -> PixelScores:
    """Scores (N, C) of targets (N,), counted one by one."""
    num_classes = scores.shape[1]
    levels = np.minimum((scores * LEVELS).astype(np.int64), LEVELS - 1)
    positives, negatives = np.zeros((2, num_classes, LEVELS), np.int64)
    for true, row in zip(target, levels, strict=True):
        for label, level in enumerate(row):
            (positives if true == label else negatives)[label, level] += 1
    return PixelScores(positives, negatives)


def test_the_worked_example() -> None:
    scores = np.array([0.1, 0.4, 0.35, 0.8])
    found = binned(np.array([0, 0, 1, 1]), np.stack([1 - scores, scores], axis=1))
    assert found.average_precision()[1] == pytest.approx(5 / 6)


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 60), st.integers(1, 4), st.integers(1, 8))
def test_equal_to_scikit_learn_on_the_same_levels(
    seed: int, pixels: int, classes: int, coarseness: int
) -> None:
    """Ties included; a class without pixels has no value, one that has all of them 1."""
    generator = np.random.default_rng(seed)
    target = generator.integers(0, classes, pixels)
    scores = generator.integers(0, coarseness + 1, (pixels, classes)) / coarseness
    values = binned(target, scores).average_precision()
    levels = np.minimum((scores * LEVELS).astype(int), LEVELS - 1)
    for label, value in enumerate(values):
        if not (target == label).any():
            assert np.isnan(value)
        else:
            expected = average_precision_score(target == label, levels[:, label])
            assert value == pytest.approx(expected, abs=1e-12)


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 30))
def test_parts_add_up(seed: int, cut: int) -> None:
    generator = np.random.default_rng(seed)
    target, scores = generator.integers(0, 3, 30), generator.random((30, 3))
    whole = binned(target, scores)
    merged = binned(target[:cut], scores[:cut]).merge(binned(target[cut:], scores[cut:]))
    assert np.array_equal(merged.positives, whole.positives)
    assert np.array_equal(merged.negatives, whole.negatives)
