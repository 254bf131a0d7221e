from __future__ import annotations

import numpy as np
import pytest
import torch

from ablate.losses.dice import DiceOptions
from tests.losses.overlap_by_hand import COUNTS, LOGITS, TARGET, soft_counts


@pytest.mark.parametrize("smooth", [0.0, 1.0])
def test_equals_the_definition(smooth: float) -> None:
    tp, fp, fn = soft_counts(LOGITS, TARGET)
    dice = (2 * tp + 2 * smooth) / (2 * tp + fp + fn + 2 * smooth)
    loss = DiceOptions(smooth=smooth).build(COUNTS, "cpu")
    assert float(loss(LOGITS, TARGET)) == pytest.approx(np.mean(1 - dice), rel=1e-5)
    loss = DiceOptions(smooth=smooth, log_loss=True).build(COUNTS, "cpu")
    assert float(loss(LOGITS, TARGET)) == pytest.approx(np.mean(-np.log(dice)), rel=1e-5)


def test_a_class_without_pixels_adds_nothing() -> None:
    target = TARGET.where(TARGET != 2, 1)
    tp, fp, fn = soft_counts(LOGITS, target)
    of_class = 1 - 2 * tp / (2 * tp + fp + fn)
    loss = DiceOptions().build(COUNTS, "cpu")
    assert float(loss(LOGITS, target)) == pytest.approx((of_class[0] + of_class[1]) / 3, rel=1e-5)


def test_a_perfect_prediction_costs_nothing() -> None:
    target = TARGET.clamp_min(0)
    logits = 100.0 * torch.nn.functional.one_hot(target, 3).movedim(-1, 1)
    assert float(DiceOptions().build(COUNTS, "cpu")(logits, target)) == pytest.approx(0.0, abs=1e-6)
