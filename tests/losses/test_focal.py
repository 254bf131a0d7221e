from __future__ import annotations

import numpy as np
import pytest
import torch

from ablate.losses.cross_entropy import CrossEntropyOptions
from ablate.losses.focal import FocalOptions
from ablate.spec.sections import IGNORE_INDEX

COUNTS = np.array([5, 10, 20])
GENERATOR = torch.Generator().manual_seed(0)
LOGITS = 3 * torch.randn(20, 3, generator=GENERATOR, dtype=torch.float64)
TARGET = torch.randint(3, (20,), generator=GENERATOR)


def by_hand(gamma: float, weights: tuple[float, ...]) -> float:
    """The definition, image by image, in NumPy's float64."""
    total = scale = 0.0
    for scores, label in zip(LOGITS.numpy(), TARGET.numpy(), strict=True):
        shifted = np.exp(scores - scores.max())
        p = shifted[label] / shifted.sum()
        total += weights[label] * -((1 - p) ** gamma) * np.log(p)
        scale += weights[label]
    return total / scale


@pytest.mark.parametrize("gamma", [0.0, 0.5, 1.0, 2.0, 5.0])
@pytest.mark.parametrize("weights", [None, (1.0, 4.0, 0.5)])
def test_equals_the_definition(gamma: float, weights: tuple[float, ...] | None) -> None:
    loss = FocalOptions(gamma=gamma, class_weights=weights).build(COUNTS, "cpu")
    expected = by_hand(gamma, weights or (1.0, 1.0, 1.0))
    assert float(loss(LOGITS, TARGET)) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("weights", [None, (1.0, 4.0, 0.5)])
def test_the_mean_is_over_targets_that_count(weights: tuple[float, ...] | None) -> None:
    loss = FocalOptions(class_weights=weights).build(COUNTS, "cpu")
    target = TARGET.clone()
    target[::3] = IGNORE_INDEX
    counts = target != IGNORE_INDEX
    torch.testing.assert_close(loss(LOGITS, target), loss(LOGITS[counts], target[counts]))
    mask = target.reshape(2, 2, 5)
    logits = LOGITS.reshape(2, 2, 5, 3).movedim(-1, 1)
    torch.testing.assert_close(loss(logits, mask), loss(LOGITS, target))


def test_a_mean_without_ignored_targets_is_torchs_to_the_last_bit() -> None:
    logits = torch.randn(49, 3, generator=GENERATOR)
    target = torch.arange(49) % 3
    losses = torch.nn.functional.cross_entropy(logits, target, reduction="none")
    mean = ((-torch.expm1(-losses)) ** 2 * losses).mean()
    loss = FocalOptions().build(COUNTS, "cpu")
    assert torch.equal(loss(logits, target), mean)


def test_gamma_zero_is_cross_entropy() -> None:
    focal = FocalOptions(gamma=0.0, class_weights="balanced").build(COUNTS, "cpu")
    entropy = CrossEntropyOptions(class_weights="balanced").build(COUNTS, "cpu")
    logits = LOGITS.float()
    torch.testing.assert_close(focal(logits, TARGET), entropy(logits, TARGET))


def test_gradient_is_right() -> None:
    loss = FocalOptions(gamma=1.5, class_weights=(1.0, 4.0, 0.5)).build(COUNTS, "cpu")
    logits = LOGITS.clone().requires_grad_()
    assert torch.autograd.gradcheck(lambda values: loss(values, TARGET), (logits,))
