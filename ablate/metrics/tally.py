"""Counting on the device: the sums stay there until the pass ends, so that no batch waits."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from ablate.metrics.confusion import ConfusionMatrix
from ablate.metrics.counts import Counts
from ablate.outcomes import Outcomes


class Tally:
    """Running sums over the batches of one pass; :meth:`compute` is the only synchronisation.

    A label equal to ``ignore_index`` counts nowhere but in the loss, which has its own rule for
    it. ``top5`` needs at least five classes; ``each`` keeps what was predicted of each image, (N,) targets only.
    """

    def __init__(
        self,
        num_classes: int,
        device: torch.device | str,
        *,
        ignore_index: int | None = None,
        top5: bool = False,
        each: bool = False,
    ) -> None:
        self._num_classes = num_classes
        self._ignore_index = ignore_index
        self._top5 = top5
        self._each: list[tuple[Tensor, Tensor]] | None = [] if each else None
        self._images = 0
        # One cell more than the matrix has: it takes the ignored labels, because selecting the
        # others by a mask would make a GPU wait.
        self._cells = torch.zeros(num_classes**2 + 1, dtype=torch.int64, device=device)
        self._one = torch.ones(1, dtype=torch.int64, device=device)
        self._top5_hits = torch.zeros((), dtype=torch.int64, device=device)
        self._loss_sum = torch.zeros((), dtype=torch.float64, device=device)

    @torch.no_grad()
    def add(
        self, logits: Tensor, target: Tensor, loss: Tensor, truth: Sequence[Tensor] | None = None
    ) -> None:
        """Count one batch: logits (N, C, ...), target (N, ...) int64, ``loss`` the batch's mean."""
        predicted = logits.argmax(1)
        if self._each is not None:
            self._each.append((target, predicted))
        cells = torch.add(predicted, target, alpha=self._num_classes).flatten()
        if self._ignore_index is not None:
            ignored = target.flatten() == self._ignore_index
            cells = cells.masked_fill(ignored, self._num_classes**2)
        self._cells.index_add_(0, cells, self._one.expand(cells.shape[0]))
        if self._top5:
            self._top5_hits += (logits.topk(5, dim=1).indices == target.unsqueeze(1)).sum()
        self._loss_sum.add_(loss.detach(), alpha=target.shape[0])
        self._images += target.shape[0]

    def mean_loss(self) -> float:
        """Mean loss of an image so far (synchronises)."""
        return self._loss_sum.item() / self._images if self._images else float("nan")

    def compute(self) -> Counts:
        """The sums so far (synchronises)."""
        sums = torch.stack([self._loss_sum, self._top5_hits.double()]).tolist()
        cells = self._cells[:-1].cpu().numpy().astype(np.int64)
        return Counts(
            confusion=ConfusionMatrix(cells.reshape(self._num_classes, self._num_classes)),
            images=self._images,
            loss_sum=sums[0],
            top5_hits=int(sums[1]),
            outcomes=self._outcomes(),
        )

    def _outcomes(self) -> Outcomes | None:
        if not self._each:
            return None
        true, predicted = (
            torch.cat(parts).cpu().numpy() for parts in zip(*self._each, strict=True)
        )
        return Outcomes.of_images(true, predicted)
