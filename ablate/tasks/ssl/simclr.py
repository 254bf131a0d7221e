"""SimCLR (Chen et al. 2020, https://arxiv.org/abs/2002.05709)."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from ablate.tasks.ssl.modules import Branch, SelfSupervised


class SimClr(SelfSupervised):
    """A branch that learns to tell the other view of an image from the views of all other images."""

    def __init__(self, online: Branch) -> None:
        super().__init__()
        self.online = online

    def forward(self, views: Tensor) -> Tensor:
        """(V * N, D): projections of all views, which pass the network together."""
        projections: Tensor = self.online(views)
        return projections


def loss(outputs: Tensor, *, temperature: float) -> Tensor:
    """NT-Xent: cross-entropy of finding each view's partner among all views but itself.

    ``outputs`` (V * N, D) as :class:`SimClr` returns them. It falls with the number of images in a batch.
    """
    vectors = functional.normalize(outputs.float(), dim=1)
    count = len(vectors)
    similarities = vectors @ vectors.T / temperature
    itself = torch.eye(count, dtype=torch.bool, device=vectors.device)
    partners = torch.arange(count, device=vectors.device).roll(count // 2)
    return functional.cross_entropy(similarities.masked_fill(itself, -torch.inf), partners)
