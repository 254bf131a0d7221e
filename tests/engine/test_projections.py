from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.manifold import trustworthiness

from ablate.engine.projections import Features, principal_basis, project, tsne, variance_shares
from ablate.spec.sections import RepresentationOptions


def clouds(images: int = 60, width: int = 8) -> tuple[Features, np.ndarray]:
    generator = np.random.default_rng(0)
    labels = np.arange(images) % 3
    centres = 6 * generator.normal(size=(3, width))
    return (centres[labels] + generator.normal(size=(images, width))).astype(np.float32), labels


def test_principal_components_are_those_of_the_covariance() -> None:
    features, _ = clouds()
    points = principal_basis(features).points(features)
    assert points.dtype == np.float32
    variances, vectors = np.linalg.eigh(np.cov(features, rowvar=False))
    expected = (features - features.mean(axis=0)) @ vectors[:, [-1, -2]]
    assert np.allclose(np.abs(points), np.abs(expected), atol=1e-3)
    shares = variances[[-1, -2]] / variances.sum()
    assert variance_shares(points, features) == pytest.approx(shares, rel=1e-4)
    assert shares == pytest.approx(PCA(2).fit(features).explained_variance_ratio_, rel=1e-4)


def test_points_of_another_basis_cover_less_of_the_variance() -> None:
    features, _ = clouds()
    turned = np.ascontiguousarray(features[:, ::-1])
    own, other = principal_basis(features), principal_basis(turned)
    less = variance_shares(other.points(features), features).sum()
    assert less < variance_shares(own.points(features), features).sum()


def test_tsne_keeps_neighbours_and_repeats_itself() -> None:
    features, labels = clouds()
    start = principal_basis(features).points(features)
    points = tsne(features, start)
    assert points.shape == (60, 2)
    assert points.dtype == np.float32
    assert trustworthiness(features, points, n_neighbors=5) > 0.85
    middles = np.stack([points[labels == label].mean(axis=0) for label in range(3)])
    nearest = ((points[:, None] - middles) ** 2).sum(axis=2).argmin(axis=1)
    assert (nearest == labels).all()
    assert np.array_equal(tsne(features, start), points)


@pytest.mark.parametrize("sign", [1, -1])
def test_tsne_keeps_the_orientation_of_its_beginning(sign: int) -> None:
    noise = np.random.default_rng(0).normal(size=(100, 7))
    features = np.column_stack([np.linspace(0, 30, 100), noise]).astype(np.float32)
    start = principal_basis(features).points(features) * np.float32([sign, 1])
    assert np.corrcoef(tsne(features, start)[:, 0], start[:, 0])[0, 1] > 0.9


@pytest.mark.parametrize(("images", "width"), [(10, 2), (10, 40)])
def test_few_images_and_few_features(images: int, width: int) -> None:
    features, _ = clouds(images, width)
    found = project({1: features}, RepresentationOptions())
    assert all(np.isfinite(points).all() for points in found.values())


def test_features_that_are_all_alike() -> None:
    found = project({1: np.ones((12, 5), np.float32)}, RepresentationOptions())
    assert np.array_equal(found["pca-0001"], np.zeros((12, 2)))
    assert np.array_equal(found["pca-0001-shares"], np.zeros(2))
    assert np.isfinite(found["tsne-0001"]).all()


@pytest.mark.parametrize("basis", ["own", "shared"])
def test_a_shared_basis_is_that_of_the_last_epoch(basis: str) -> None:
    late, _ = clouds()
    early = late[:, ::-1] / 2
    options = RepresentationOptions.model_validate({"methods": ("pca",), "basis": basis})
    found: Mapping[str, np.ndarray] = project({2: early, 10: late}, options)
    reference = principal_basis(late if basis == "shared" else early)
    assert np.array_equal(found["pca-0002"], reference.points(early))
    assert np.array_equal(found["pca-0010"], principal_basis(late).points(late))
    assert set(found) == {"pca-0002", "pca-0010", "pca-0002-shares", "pca-0010-shares"}
