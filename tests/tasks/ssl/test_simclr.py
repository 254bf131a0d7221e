from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ablate.tasks.ssl.simclr import loss


def by_hand(outputs: np.ndarray, temperature: float) -> float:
    """Equation 1 and algorithm 1 of the paper, pair by pair."""
    unit = outputs / np.linalg.norm(outputs, axis=1, keepdims=True)
    count = len(unit) // 2
    total = 0.0
    for this in range(2 * count):
        partner = (this + count) % (2 * count)
        others = [k for k in range(2 * count) if k != this]
        denominator = sum(np.exp(unit[this] @ unit[k] / temperature) for k in others)
        total -= np.log(np.exp(unit[this] @ unit[partner] / temperature) / denominator)
    return total / (2 * count)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 1000), st.integers(1, 6), st.sampled_from([0.1, 0.5, 1.0]))
def test_loss_by_hand(seed: int, images: int, temperature: float) -> None:
    outputs = np.random.default_rng(seed).normal(size=(2 * images, 4))
    found = loss(torch.from_numpy(outputs), temperature=temperature)
    assert float(found) == pytest.approx(by_hand(outputs, temperature), rel=1e-4, abs=1e-5)
