from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import silhouette_score
from sklearn.model_selection import LeaveOneOut, cross_val_score
from sklearn.neighbors import KNeighborsClassifier

from ablate.engine.separation import NEIGHBOURS, knn_accuracy, silhouette


def clouds(seed: int, images: int, classes: int) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, classes, images)
    centres = generator.normal(size=(classes, 6))
    features = centres[labels] + generator.normal(size=(images, 6))
    return features.astype(np.float32), labels


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 1000), st.integers(10, 40), st.integers(1, 6))
def test_neighbours_vote_as_in_scikit_learn(seed: int, images: int, classes: int) -> None:
    features, labels = clouds(seed, images, classes)
    voters = KNeighborsClassifier(NEIGHBOURS, metric="cosine")
    expected = cross_val_score(voters, features, labels, cv=LeaveOneOut()).mean()
    assert knn_accuracy(features, labels) == pytest.approx(expected)


def test_the_silhouette_by_its_definition() -> None:
    features, labels = clouds(3, 25, 3)
    unit = features / np.linalg.norm(features, axis=1, keepdims=True)
    distance = 1 - unit @ unit.T
    values = []
    for own, row in zip(labels, distance, strict=True):
        inside = row[labels == own].sum() / (np.sum(labels == own) - 1)
        outside = min(row[labels == other].mean() for other in set(labels) - {own})
        values.append((outside - inside) / max(inside, outside))
    assert silhouette(features, labels) == pytest.approx(np.mean(values), abs=1e-5)
    assert silhouette(features, labels) == pytest.approx(
        silhouette_score(features, labels, metric="cosine")
    )


@pytest.mark.parametrize("labels", [np.zeros(12, np.int64), np.arange(12)])
def test_there_is_no_silhouette_without_clusters(labels: np.ndarray) -> None:
    features = np.random.default_rng(0).normal(size=(12, 3)).astype(np.float32)
    assert silhouette(features, labels) is None


def test_features_that_say_nothing_are_measured_too() -> None:
    labels = np.arange(2).repeat(6)
    assert knn_accuracy(np.zeros((12, 3), np.float32), labels) <= 1.0
    assert silhouette(np.zeros((12, 3), np.float32), labels) == pytest.approx(0.0)
