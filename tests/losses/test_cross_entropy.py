from __future__ import annotations

import numpy as np
import torch

from ablate.losses.cross_entropy import CrossEntropyOptions
from ablate.spec.sections import IGNORE_INDEX

COUNTS = np.array([5, 10, 20])
GENERATOR = torch.Generator().manual_seed(0)
LOGITS = 3 * torch.randn(20, 3, generator=GENERATOR)
TARGET = torch.randint(3, (20,), generator=GENERATOR)


def test_equals_torchs() -> None:
    loss = CrossEntropyOptions(label_smoothing=0.2, class_weights=(1.0, 2.0, 0.5)).build(
        COUNTS, "cpu"
    )
    theirs = torch.nn.CrossEntropyLoss(torch.tensor([1.0, 2.0, 0.5]), label_smoothing=0.2)
    assert torch.equal(loss(LOGITS, TARGET), theirs(LOGITS, TARGET))


def test_balanced_uses_the_class_counts() -> None:
    loss = CrossEntropyOptions(class_weights="balanced").build(COUNTS, "cpu")
    theirs = torch.nn.CrossEntropyLoss(torch.tensor([12 / 7, 6 / 7, 3 / 7]))
    torch.testing.assert_close(loss(LOGITS, TARGET), theirs(LOGITS, TARGET))


def test_half_precision_logits_lose_no_digits_in_the_loss() -> None:
    loss = CrossEntropyOptions().build(COUNTS, "cpu")
    half = LOGITS.bfloat16()
    assert torch.equal(loss(half, TARGET), loss(half.float(), TARGET))


def test_equals_torchs_on_masks() -> None:
    logits = 3 * torch.randn(2, 3, 4, 5, generator=GENERATOR)
    target = torch.randint(3, (2, 4, 5), generator=GENERATOR)
    target[0, 1] = target[1, :, 2] = IGNORE_INDEX
    loss = CrossEntropyOptions(label_smoothing=0.2, class_weights=(1.0, 2.0, 0.5)).build(
        COUNTS, "cpu"
    )
    theirs = torch.nn.CrossEntropyLoss(
        torch.tensor([1.0, 2.0, 0.5]), label_smoothing=0.2, ignore_index=IGNORE_INDEX
    )
    assert torch.equal(loss(logits, target), theirs(logits, target))


def test_the_gradient_is_torchs_to_the_last_bit() -> None:
    ours, theirs = LOGITS.clone().requires_grad_(), LOGITS.clone().requires_grad_()
    torch.autograd.backward(CrossEntropyOptions().build(COUNTS, "cpu")(ours, TARGET))
    torch.autograd.backward(torch.nn.functional.cross_entropy(theirs, TARGET))
    assert ours.grad is not None
    assert theirs.grad is not None
    assert torch.equal(ours.grad, theirs.grad)
