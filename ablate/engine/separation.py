"""How far apart the classes lie among features, in numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

#: Neighbours that vote.
NEIGHBOURS = 5


def knn_accuracy(features: NDArray[np.float32], labels: NDArray[np.int64]) -> float:
    """The share of images whose class most of their :data:`NEIGHBOURS` nearest other images have, by cosine.

    ``features``: (N, D) of more images than neighbours; ``labels``: (N,). Of equally many votes those of the first
    class count, as in scikit-learn's ``KNeighborsClassifier``.

    >>> knn_accuracy(np.eye(2, dtype=np.float32).repeat(6, axis=0), np.arange(2).repeat(6))
    1.0
    """
    from sklearn.neighbors import NearestNeighbors

    search = NearestNeighbors(n_neighbors=NEIGHBOURS, metric="cosine").fit(features)
    nearest = search.kneighbors(return_distance=False)
    votes = np.zeros((len(labels), labels.max() + 1), np.int64)
    np.add.at(votes, (np.arange(len(labels))[:, None], labels[nearest]), 1)
    return float((votes.argmax(axis=1) == labels).mean())


def silhouette(features: NDArray[np.float32], labels: NDArray[np.int64]) -> float | None:
    """The mean silhouette of the images, by cosine distance: 1 where classes are tight and apart, below 0 where mixed.

    ``None`` where it is not defined: of one class alone, or if no class has two images.

    P. J. Rousseeuw: Silhouettes: a graphical aid to the interpretation and validation of cluster analysis, 1987.
    """
    from sklearn.metrics import silhouette_score

    if not 1 < len(np.unique(labels)) < len(labels):
        return None
    return float(silhouette_score(features, labels, metric="cosine"))
