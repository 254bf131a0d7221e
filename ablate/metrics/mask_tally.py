"""Counting predicted masks on the device, against masks of any size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ablate.metrics.confusion import ConfusionMatrix, project
from ablate.metrics.counts import Counts
from ablate.metrics.image_cells import ImageCells
from ablate.metrics.pixel_scores import LARGEST_LOG_ODDS, LEVELS, PixelScores
from ablate.spec.labels import Labels
from ablate.spec.sections import IGNORE_INDEX

#: Logits are enlarged for so many values at a time, which bounds the memory that scoring takes.
_MOST_VALUES = 2**25


class MaskTally:
    """Running sums over the batches of one pass; :meth:`compute` is the only synchronisation.

    While training, predictions are counted against targets of the network's size. With ``truth``, which an evaluation
    has, they are enlarged to the size of each original mask and counted against the data set's own classes.
    """

    def __init__(self, labels: Labels, device: torch.device | str, *, scores: bool) -> None:
        self._labels = labels
        num_classes, num_source = len(labels.classes), len(labels.source)
        # One row more than there are classes: it takes the void pixels, because selecting the others would make a
        # GPU wait.
        self._own = _zeros((num_classes + 1) * num_classes, device)
        self._source = ImageCells(num_source, num_classes, device)
        self._scores = _Scores(labels, device) if scores else None
        self._row = _lookup([min(n, num_source) for n in range(256)], device)
        self._loss_sum = torch.zeros((), dtype=torch.float64, device=device)
        self._images = 0

    @torch.no_grad()
    def add(
        self,
        logits: Tensor,
        target: Tensor,
        loss: Tensor,
        truth: Sequence[Tensor] | None = None,
    ) -> None:
        """Count one batch.

        Args:
            logits: (N, K, H, W).
            target: (N, H, W) int64, classes of the network or IGNORE_INDEX.
            loss: the batch's mean.
            truth: the N original masks, (h, w) uint8, classes of the data set or 255.
        """
        self._loss_sum.add_(loss.detach(), alpha=len(target))
        self._images += len(target)
        if truth is None:
            rows = torch.where(target == IGNORE_INDEX, logits.shape[1], target)
            _count(self._own, rows, _predicted(logits), logits.shape[1])
            return
        for enlarged, masks in _enlarged(logits, truth):
            self._source.add(_looked_up(self._row, masks), _predicted(enlarged))
            if self._scores is not None:
                self._scores.add(enlarged, masks)

    def mean_loss(self) -> float:
        """Mean loss of an image so far (synchronises)."""
        return self._loss_sum.item() / self._images if self._images else float("nan")

    def compute(self) -> Counts:
        """The sums so far (synchronises)."""
        outcomes = self._source.outcomes()
        if outcomes is None:
            own = self._own.cpu().numpy().reshape(-1, len(self._labels.classes))[:-1]
            return Counts(
                ConfusionMatrix(own.astype(np.int64)), self._images, self._loss_sum.item()
            )
        source, space = self._source.total(), self._labels.own
        matrix = project(source, space.of_source, space.of_network, len(space.classes))
        found = self._scores.compute().average_precision() if self._scores is not None else None
        loss_sum = self._loss_sum.item()
        return Counts(
            matrix, self._images, loss_sum, source=source, pixel_ap=found, outcomes=outcomes
        )


class _Scores:
    """Pixels by class and level of their score; a level more than there are takes the void ones."""

    def __init__(self, labels: Labels, device: torch.device | str) -> None:
        self._num_classes = len(labels.classes)
        own = [n if n >= 0 else self._num_classes for n in labels.own.of_source]
        void = [self._num_classes] * (256 - len(own))
        self._class = _lookup([*own, *void], device)
        self._positives = _zeros((self._num_classes + 1) * LEVELS, device)
        self._every = _zeros(self._num_classes * (LEVELS + 1), device)

    def add(self, logits: Tensor, masks: Tensor) -> None:
        """Count logits (n, K, h, w) against masks (n, h, w) uint8 of the data set's classes."""
        count = self._num_classes
        true = _looked_up(self._class, masks)
        levels = score_levels(logits)
        of_true = levels.gather(1, true.clamp(max=count - 1).unsqueeze(1)).squeeze(1)
        place = (true * LEVELS + of_true).flatten()
        self._positives += torch.bincount(place, minlength=len(self._positives))
        levels.masked_fill_((true == count).unsqueeze(1), LEVELS)
        every = [_histogram(levels[:, number], LEVELS + 1) for number in range(count)]
        self._every += torch.cat(every)

    def compute(self) -> PixelScores:
        """The pixels so far (synchronises)."""
        positives = self._positives.cpu().numpy().reshape(-1, LEVELS)[:-1]
        every = self._every.cpu().numpy().reshape(-1, LEVELS + 1)[:, :-1]
        return PixelScores(positives, every - positives)


def score_levels(logits: Tensor) -> Tensor:
    """(n, K, h, w) int32: the level of each class's score, from logits of that shape.

    The score is the log-odds of the soft-max, which order pixels as its probabilities do: those would crowd into the
    last level as soon as a network is sure. What is not a number has the lowest level.
    """
    shifted = logits - logits.amax(1, keepdim=True)
    odds = shifted.exp()
    best = shifted.max(1, keepdim=True).indices
    others_of_best = odds.scatter(1, best, 0.0).sum(
        1, keepdim=True
    )  # a sum of small terms alone is exact
    others = (others_of_best + 1.0 - odds).scatter_(1, best, others_of_best)
    shifted.sub_(others.log_()).clamp_(-LARGEST_LOG_ODDS, LARGEST_LOG_ODDS)
    scaled = shifted.add_(LARGEST_LOG_ODDS).mul_(LEVELS / (2 * LARGEST_LOG_ODDS))
    return scaled.to(torch.int32).clamp_(0, LEVELS - 1)


def _histogram(levels: Tensor, size: int) -> Tensor:
    return torch.bincount(levels.flatten(), minlength=size)


def _enlarged(logits: Tensor, truth: Sequence[Tensor]) -> Iterator[tuple[Tensor, Tensor]]:
    """Logits at the size of their masks, with the masks (n, h, w) of equal size that follow each other."""
    for size, numbers in groupby(range(len(truth)), key=lambda number: truth[number].shape):
        members = list(numbers)
        most = max(1, _MOST_VALUES // (logits.shape[1] * size[0] * size[1]))
        for start in range(0, len(members), most):
            part = members[start : start + most]
            own = logits[part[0] : part[-1] + 1]
            yield enlarge(own, (size[0], size[1])), torch.stack([truth[n] for n in part])


def enlarge(logits: Tensor, size: tuple[int, int]) -> Tensor:
    """Logits (N, K, H, W) at another height and width (bilinear), as masks of that size are predicted from them.

    They come back as float32 planes, on which the maximum and the soft-max over classes are several times faster.
    """
    planes = logits.float().contiguous()
    if logits.shape[2:] == size:
        return planes
    return functional.interpolate(planes, size, mode="bilinear", align_corners=False)


def _predicted(logits: Tensor) -> Tensor:
    return logits.max(1).indices  # six times faster than argmax on a CPU


def _looked_up(table: Tensor, masks: Tensor) -> Tensor:
    """The entries (256,) of uint8 masks; eight times faster than indexing on a CPU."""
    return table.index_select(0, masks.flatten().int()).view(masks.shape)


def _count(cells: Tensor, rows: Tensor, predicted: Tensor, num_classes: int) -> None:
    cells += torch.bincount((rows * num_classes + predicted).flatten(), minlength=len(cells))


def _zeros(size: int, device: torch.device | str) -> Tensor:
    return torch.zeros(size, dtype=torch.int64, device=device)


def _lookup(values: Sequence[int], device: torch.device | str) -> Tensor:
    return torch.tensor(values, dtype=torch.int64, device=device)
