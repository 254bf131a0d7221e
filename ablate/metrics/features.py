"""What the features of images tell about a network that learns without labels (this module imports torch)."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ablate.metrics.confusion import ConfusionMatrix

#: Images that are compared with all others at once.
_TOGETHER = 1024


def nearest_classes(
    memory: Tensor, classes: Tensor, queries: Tensor, *, neighbours: int, num_classes: int
) -> Tensor:
    """(Q,) int64: the most frequent class of the nearest ``neighbours`` by cosine similarity.

    Of equally frequent classes the first wins. ``memory`` (M, F) are features of images whose ``classes`` (M,) int64
    are known, ``queries`` (Q, F) those of others.
    """
    memory = functional.normalize(memory, dim=1)
    found = []
    for part in torch.split(functional.normalize(queries, dim=1), _TOGETHER):
        nearest = (part @ memory.T).topk(neighbours, dim=1, sorted=False).indices
        votes = torch.zeros(len(part), num_classes, device=part.device)
        votes.scatter_add_(1, classes[nearest], torch.ones_like(nearest, dtype=votes.dtype))
        found.append(votes.argmax(1))
    return torch.cat(found)


def confusion(predicted: Tensor, true: Tensor, num_classes: int) -> ConfusionMatrix:
    """Rows are true classes; ``predicted`` and ``true`` (N,) int64."""
    cells = torch.bincount(true * num_classes + predicted, minlength=num_classes**2)
    counts = cells.view(num_classes, num_classes).cpu().numpy().astype(np.int64)
    return ConfusionMatrix(counts)


def projection_std(projections: Tensor) -> float:
    """How far projections (N, D) spread: 0 where all are alike, about 1 where they point anywhere.

    The standard deviation of each dimension of the normalised projections, averaged, times sqrt(D) (Chen and He 2021,
    https://arxiv.org/abs/2011.10566, section 4.1).
    """
    spread = functional.normalize(projections.double(), dim=1).std(dim=0, correction=0).mean()
    return float(spread) * math.sqrt(projections.shape[1])
