from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ablate.losses import TABLE
from ablate.spec.sections import IGNORE_INDEX
from ablate.testing.loss_cases import CASES, MASKS, LossCase, check_ignored, check_loss

IMAGES, CLASSES, HEIGHT, WIDTH = MASKS
LABELS = st.lists(
    st.sampled_from([IGNORE_INDEX, *range(CLASSES)]),
    min_size=IMAGES * HEIGHT * WIDTH,
    max_size=IMAGES * HEIGHT * WIDTH,
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_loss_fulfils_the_contract(case: LossCase) -> None:
    check_loss(case)


@pytest.mark.parametrize("case", CASES, ids=str)
@settings(max_examples=8, deadline=None)
@given(labels=LABELS)
def test_ignored_pixels_count_nothing(case: LossCase, labels: list[int]) -> None:
    target = torch.from_numpy(np.array(labels).reshape(IMAGES, HEIGHT, WIDTH))
    check_ignored(case.build(), target)
    target[1] = IGNORE_INDEX
    check_ignored(case.build(), target)


@pytest.mark.parametrize(
    "case", [case for case in CASES if "classification" in case.parse().tasks], ids=str
)
def test_ignored_images_count_nothing(case: LossCase) -> None:
    check_ignored(case.build(), torch.tensor([0, IGNORE_INDEX, 3, IGNORE_INDEX, 1]))


def test_every_line_of_the_table_has_a_case() -> None:
    assert {case.name for case in CASES} == set(TABLE.names())
