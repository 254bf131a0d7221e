"""Counting nothing but the loss, on the device."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from ablate.metrics.confusion import ConfusionMatrix
from ablate.metrics.counts import Counts


class LossTally:
    """The running mean loss of one pass; the confusion matrix of what it gives is empty."""

    def __init__(self, num_classes: int, device: torch.device | str) -> None:
        self._num_classes = num_classes
        self._images = 0
        self._loss_sum = torch.zeros((), dtype=torch.float64, device=device)

    @torch.no_grad()
    def add(
        self, logits: Tensor, target: Tensor, loss: Tensor, truth: Sequence[Tensor] | None = None
    ) -> None:
        """Count one batch: ``target`` (N, ...), whose values do not matter, ``loss`` the batch's mean."""
        self._loss_sum.add_(loss.detach(), alpha=target.shape[0])
        self._images += target.shape[0]

    def mean_loss(self) -> float:
        """Mean loss of an image so far (synchronises)."""
        return self._loss_sum.item() / self._images if self._images else float("nan")

    def compute(self) -> Counts:
        """The sums so far (synchronises)."""
        empty = ConfusionMatrix.empty(self._num_classes)
        return Counts(confusion=empty, images=self._images, loss_sum=self._loss_sum.item())
