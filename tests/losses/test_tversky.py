from __future__ import annotations

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from ablate.losses.dice import DiceOptions
from ablate.losses.jaccard import JaccardOptions
from ablate.losses.overlap import OverlapOptions
from ablate.losses.tversky import TverskyOptions
from tests.losses.overlap_by_hand import COUNTS, LOGITS, TARGET, soft_counts


@pytest.mark.parametrize("gamma", [1.0, 0.75, 2.0])
def test_equals_the_definition(gamma: float) -> None:
    tp, fp, fn = soft_counts(LOGITS, TARGET)
    score = (tp + 1) / (tp + 0.2 * fp + 1.5 * fn + 1)
    loss = TverskyOptions(alpha=0.2, beta=1.5, gamma=gamma, smooth=1.0).build(COUNTS, "cpu")
    assert float(loss(LOGITS, TARGET)) == pytest.approx(np.mean(1 - score) ** gamma, rel=1e-5)


@pytest.mark.parametrize(("weight", "other"), [(0.5, DiceOptions()), (1.0, JaccardOptions())])
def test_equal_weights_are_dice_and_jaccard(weight: float, other: OverlapOptions) -> None:
    loss = TverskyOptions(alpha=weight, beta=weight).build(COUNTS, "cpu")
    theirs = other.build(COUNTS, "cpu")
    torch.testing.assert_close(loss(LOGITS, TARGET), theirs(LOGITS, TARGET))


@pytest.mark.parametrize("field", ["alpha", "beta", "gamma"])
def test_weights_and_power_are_positive(field: str) -> None:
    with pytest.raises(ValidationError, match="greater than 0"):
        TverskyOptions.model_validate({field: 0.0})
