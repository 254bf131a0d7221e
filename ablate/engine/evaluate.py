"""Counting a model's predictions on a split."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from ablate.data import PreparedData
from ablate.data.batches import Batch, eval_batches
from ablate.data.source import SplitName
from ablate.engine.trainer import Trainer
from ablate.metrics.counts import Counts
from ablate.spec.values import ImageShape

_MOST_IMAGES = 512
_MOST_VALUES = 2**22


def evaluate(trainer: Trainer, data: PreparedData, split: SplitName) -> Counts:
    """One pass over ``split`` in evaluation mode, in the precision of training."""
    trainer.model.eval()
    tally = trainer.tally(training=False)
    with torch.inference_mode(), trainer.execution.autocast():
        for batch in _batches(trainer, data, split):
            logits = trainer.logits(batch)
            loss = trainer.task.loss(trainer.criterion, logits, batch.target)
            tally.add(logits, batch.target, loss, batch.truth)
    return tally.compute()


def _batches(trainer: Trainer, data: PreparedData, split: SplitName) -> Iterator[Batch]:
    size = batch_size(data.shape, trainer.config.data.batch_size)
    if trainer.features is not None and split in trainer.features.splits:
        return trainer.features.batches(split, size)
    return eval_batches(
        data.splits[split],
        data.labels,
        batch_size=size,
        normalization=trainer.normalization,
        device=str(trainer.execution.device),
    )


def batch_size(shape: ImageShape, train_batch_size: int) -> int:
    """Images of an evaluation batch: large, but no more than fits where training fits.

    It follows from the configuration alone, so that a result never depends on the machine.
    """
    values = shape.channels * shape.height * shape.width
    return max(train_batch_size, min(_MOST_IMAGES, _MOST_VALUES // values))
