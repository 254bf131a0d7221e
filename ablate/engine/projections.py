"""Two-dimensional pictures of features: principal components and t-SNE."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ablate.spec.representation_record import points_key, shares_key
from ablate.spec.sections import RepresentationOptions

Features = NDArray[np.float32]
Points = NDArray[np.float32]

_PERPLEXITY = 30.0
_SEED = 0
#: The spread that t-SNE begins with, as in scikit-learn.
_START = 1e-4


@dataclass(frozen=True, slots=True)
class Basis:
    """Two principal components: ``axes`` (2, D) through ``mean`` (D,)."""

    mean: Features
    axes: Features

    def points(self, features: Features) -> Points:
        """(N, 2) of features (N, D)."""
        return ((features - self.mean) @ self.axes.T).astype(np.float32)


def project(
    features: Mapping[int, Features], options: RepresentationOptions
) -> dict[str, NDArray[np.float32]]:
    """The points (N, 2) of every epoch's features (N, D), and their shares of the variance, by their keys.

    Under ``basis: shared`` the components are those of the last epoch; without, those of each.
    """
    shared = principal_basis(features[max(features)]) if options.basis == "shared" else None
    found: dict[str, NDArray[np.float32]] = {}
    for epoch, given in features.items():
        points = (shared or principal_basis(given)).points(given)
        if "pca" in options.methods:
            found[points_key("pca", epoch)] = points
            found[shares_key(epoch)] = variance_shares(points, given)
        if "tsne" in options.methods:
            found[points_key("tsne", epoch)] = tsne(given, points)
    return found


def principal_basis(features: Features) -> Basis:
    """The two directions of the largest variance of features (N, D), D > 1, by a full decomposition."""
    from sklearn.decomposition import PCA

    with np.errstate(invalid="ignore"):  # shares of no variance, which are not used
        found = PCA(2, svd_solver="full").fit(features)
    return Basis(found.mean_, found.components_)


def variance_shares(points: Points, features: Features) -> NDArray[np.float32]:
    """(2,): the share of the variance of features (N, D) along each axis of their points (N, 2); 0 without variance."""
    total = features.var(axis=0, dtype=np.float64).sum()
    along = points.var(axis=0, dtype=np.float64)
    return (along / total if total > 0 else np.zeros(2)).astype(np.float32)


def tsne(features: Features, start: Points) -> Points:
    """t-SNE (N, 2) of features (N, D), which begins at ``start`` (N, 2), so that it keeps its orientation.

    Perplexity 30, or a third of the images where they are fewer. The same numbers every time.

    L. van der Maaten, G. Hinton: Visualizing data using t-SNE, JMLR 9, 2008. The beginning: D. Kobak, P. Berens: The
    art of using t-SNE for single-cell transcriptomics, 2019.
    """
    from sklearn.manifold import TSNE

    spread = start[:, 0].std()
    method = TSNE(
        perplexity=min(_PERPLEXITY, (len(features) - 1) / 3),
        init=start * (_START / spread) if spread > 0 else "random",
        random_state=_SEED,
    )
    points: Points = method.fit_transform(features)
    return points
