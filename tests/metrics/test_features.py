from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.neighbors import KNeighborsClassifier

from ablate.metrics import features
from ablate.metrics.features import confusion, nearest_classes, projection_std


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10_000), st.integers(1, 9), st.integers(2, 5))
def test_nearest_classes_are_those_of_scikit_learn(
    seed: int, neighbours: int, classes: int
) -> None:
    generator = np.random.default_rng(seed)
    memory, queries = generator.normal(size=(40, 6)), generator.normal(size=(17, 6))
    known = generator.integers(0, classes, 40)
    oracle = KNeighborsClassifier(neighbours, metric="cosine", algorithm="brute").fit(memory, known)
    found = nearest_classes(
        torch.from_numpy(memory),
        torch.from_numpy(known),
        torch.from_numpy(queries),
        neighbours=neighbours,
        num_classes=classes,
    )
    assert found.tolist() == oracle.predict(queries).tolist()


def test_parts_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors, known = torch.randn(30, 4), torch.arange(30) % 3
    whole = nearest_classes(vectors, known, vectors, neighbours=3, num_classes=3)
    monkeypatch.setattr(features, "_TOGETHER", 7)
    parts = nearest_classes(vectors, known, vectors, neighbours=3, num_classes=3)
    assert torch.equal(whole, parts)


def test_rows_of_the_confusion_are_true_classes() -> None:
    found = confusion(torch.tensor([1, 1, 0]), torch.tensor([0, 0, 2]), 3)
    assert found.counts.tolist() == [[0, 2, 0], [0, 0, 0], [1, 0, 0]]


def test_projection_std_is_one_of_random_directions_and_none_of_one() -> None:
    generator = torch.Generator().manual_seed(0)
    assert projection_std(torch.randn(4000, 32, generator=generator)) == pytest.approx(1, abs=0.01)
    constant = torch.randn(1, 32, generator=generator).expand(50, -1)
    assert projection_std(constant * torch.rand(50, 1, generator=generator)) < 1e-6


def test_projection_std_by_hand() -> None:
    vectors = np.random.default_rng(0).normal(1, 1, (9, 3))
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    expected = unit.std(axis=0).mean() * 3**0.5
    assert projection_std(torch.from_numpy(vectors)) == pytest.approx(expected)
