from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import top_k_accuracy_score
from torch.nn.functional import cross_entropy

from ablate.metrics.confusion import count
from ablate.metrics.tally import Tally


def batch(seed: int, *shape: int, classes: int = 8) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(shape[0], classes, *shape[1:], generator=generator)
    return logits, torch.randint(0, classes, shape, generator=generator)


@settings(deadline=None)
@given(st.lists(st.integers(1, 20), min_size=1, max_size=5))
def test_counts_do_not_depend_on_the_batching(sizes: list[int]) -> None:
    logits, target = batch(len(sizes), sum(sizes))
    whole, parts = Tally(8, "cpu", top5=True), Tally(8, "cpu", top5=True)
    whole.add(logits, target, cross_entropy(logits, target))
    for part, labels in zip(logits.split(sizes), target.split(sizes), strict=True):
        parts.add(part, labels, cross_entropy(part, labels))
    one, many = whole.compute(), parts.compute()
    assert one.confusion == many.confusion
    assert one.confusion == count(target.numpy(), logits.argmax(1).numpy(), 8)
    assert (one.images, one.top5_hits) == (many.images, many.top5_hits)
    assert one.loss == pytest.approx(many.loss, rel=1e-5)
    assert one.loss == pytest.approx(cross_entropy(logits, target).item())


def test_top5_equals_scikit_learn() -> None:
    logits, target = batch(0, 300)
    tally = Tally(8, "cpu", top5=True)
    tally.add(logits, target, torch.tensor(0.0))
    expected = top_k_accuracy_score(target.numpy(), logits.numpy(), k=5, labels=range(8))
    assert tally.compute().top5_accuracy == pytest.approx(expected)


def test_pixels_are_counted_and_ignored_ones_are_not() -> None:
    logits, target = batch(0, 3, 4, 5)
    target[:, 0] = 255
    tally = Tally(8, "cpu", ignore_index=255)
    tally.add(logits, target, torch.tensor(1.5))
    counts = tally.compute()
    expected = count(target.numpy(), logits.argmax(1).numpy(), 8, ignore_index=255)
    assert counts.confusion == expected
    assert (counts.images, counts.confusion.total, counts.loss) == (3, 3 * 3 * 5, 1.5)


def test_merged_counts_are_those_of_both() -> None:
    tallies = [Tally(8, "cpu", top5=True) for _ in range(3)]
    for seed in (0, 1):
        logits, target = batch(seed, 10)
        for tally in (tallies[seed], tallies[2]):
            tally.add(logits, target, torch.tensor(float(seed)))
    first, second, both = (tally.compute() for tally in tallies)
    assert first.merge(second) == both


def test_mean_loss_weighs_batches_by_their_images() -> None:
    tally = Tally(8, "cpu")
    assert np.isnan(tally.mean_loss())
    for size, loss in ((3, 1.0), (1, 5.0)):
        tally.add(*batch(0, size), torch.tensor(loss))
    assert tally.mean_loss() == 2.0
