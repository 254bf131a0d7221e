from __future__ import annotations

import numpy as np
import pytest

from ablate.losses.jaccard import JaccardOptions
from tests.losses.overlap_by_hand import COUNTS, LOGITS, TARGET, soft_counts


@pytest.mark.parametrize("smooth", [0.0, 1.0])
def test_equals_the_definition(smooth: float) -> None:
    tp, fp, fn = soft_counts(LOGITS, TARGET)
    iou = (tp + smooth) / (tp + fp + fn + smooth)
    loss = JaccardOptions(smooth=smooth).build(COUNTS, "cpu")
    assert float(loss(LOGITS, TARGET)) == pytest.approx(np.mean(1 - iou), rel=1e-5)
    loss = JaccardOptions(smooth=smooth, log_loss=True).build(COUNTS, "cpu")
    assert float(loss(LOGITS, TARGET)) == pytest.approx(np.mean(-np.log(iou)), rel=1e-5)
