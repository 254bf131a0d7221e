from __future__ import annotations

import numpy as np
import pytest
import torch

from ablate.losses.lovasz import LovaszOptions
from ablate.spec.sections import IGNORE_INDEX
from tests.losses.overlap_by_hand import COUNTS, LOGITS, TARGET, pixels


def by_hand(logits: torch.Tensor, target: torch.Tensor) -> float:
    """The Lovasz extension by its definition: errors, largest first, times what each adds to 1 - IoU."""
    found, labels = pixels(logits, target)
    values = []
    for index in sorted(set(labels)):
        truth = {pixel for pixel, label in enumerate(labels) if label == index}
        errors = np.abs([float(label == index) for label in labels] - found[:, index])
        wrong: set[int] = set()
        total = before = 0.0
        for pixel in np.argsort(-errors, kind="stable"):
            wrong.add(int(pixel))
            now = 1 - len(truth - wrong) / len(truth | wrong)
            total += errors[pixel] * (now - before)
            before = now
        values.append(total)
    return float(np.mean(values))


def test_equals_the_definition() -> None:
    loss = LovaszOptions().build(COUNTS, "cpu")
    assert float(loss(LOGITS, TARGET)) == pytest.approx(by_hand(LOGITS, TARGET), rel=1e-5)
    without = TARGET.where(TARGET != 1, IGNORE_INDEX)
    assert float(loss(LOGITS, without)) == pytest.approx(by_hand(LOGITS, without), rel=1e-5)


def test_of_each_image_is_the_mean_over_images_that_count() -> None:
    loss = LovaszOptions(per_image=True).build(COUNTS, "cpu")
    each = [by_hand(LOGITS[i : i + 1], TARGET[i : i + 1]) for i in range(2)]
    assert float(loss(LOGITS, TARGET)) == pytest.approx(np.mean(each), rel=1e-5)
    target = TARGET.clone()
    target[1] = IGNORE_INDEX
    assert float(loss(LOGITS, target)) == pytest.approx(each[0], rel=1e-5)
