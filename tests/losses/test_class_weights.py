from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from sklearn.utils.class_weight import compute_class_weight

from ablate.errors import TrialError
from ablate.losses.class_weights import balanced, median_frequency
from ablate.losses.cross_entropy import CrossEntropyOptions


@given(st.lists(st.integers(1, 50), min_size=2, max_size=8))
def test_balanced_weights_are_scikit_learns_with_mean_one(counts: list[int]) -> None:
    labels = np.repeat(np.arange(len(counts)), counts)
    theirs = compute_class_weight("balanced", classes=np.arange(len(counts)), y=labels)
    np.testing.assert_allclose(balanced(np.array(counts)), theirs / theirs.mean())


@given(st.lists(st.integers(1, 10**9), min_size=2, max_size=8))
def test_median_frequency_is_the_median_over_each_frequency(counts: list[int]) -> None:
    frequencies = np.array(counts) / sum(counts)
    expected = np.median(frequencies) / frequencies
    np.testing.assert_allclose(median_frequency(np.array(counts)), expected)


@pytest.mark.parametrize("rule", ["balanced", "median_frequency"])
def test_weights_cannot_be_found_of_a_class_without_images(rule: str) -> None:
    options = CrossEntropyOptions.model_validate({"class_weights": rule})
    with pytest.raises(TrialError, match=rf"{rule} needs .* class 1 has none; give the weights"):
        options.build(np.array([3, 0]), "cpu")


def test_median_frequency_weights_the_classes() -> None:
    loss = CrossEntropyOptions(class_weights="median_frequency").build(
        np.array([10, 20, 80]), "cpu"
    )
    theirs = torch.nn.CrossEntropyLoss(torch.tensor([2.0, 1.0, 0.25]))
    logits, target = torch.randn(6, 3), torch.arange(6) % 3
    torch.testing.assert_close(loss(logits, target), theirs(logits, target))


def test_the_number_of_weights_is_that_of_the_classes() -> None:
    options = CrossEntropyOptions(class_weights=(1.0, 2.0))
    assert options.problems(2) == []
    assert options.problems(3) == [("class_weights", "2 weights for 3 classes")]
    with pytest.raises(TrialError, match="2 weights for 3 classes"):
        options.build(np.array([1, 1, 1]), "cpu")


@pytest.mark.parametrize("weights", [(), (1.0, 0.0), (1.0, -1.0), "equal", 1.0])
def test_impossible_weights_are_refused(weights: object) -> None:
    with pytest.raises(ValidationError):
        CrossEntropyOptions.model_validate({"class_weights": weights})
