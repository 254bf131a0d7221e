"""Counting a model's predictions on a split."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from ablate.data import PreparedData
from ablate.data.batches import Batch
from ablate.data.source import SplitName
from ablate.engine.features import with_neighbours
from ablate.engine.passes import images_of, views_of
from ablate.engine.trainer import Trainer
from ablate.metrics.counts import Counts


def evaluate(trainer: Trainer, data: PreparedData, split: SplitName) -> Counts:
    """One pass over ``split`` in evaluation mode, in the precision of training.

    A task that learns from views also compares the features of the split with those of ``train``.
    """
    trainer.model.eval()
    tally = trainer.tally(training=False)
    with torch.inference_mode(), trainer.execution.autocast():
        for batch in batches_of(trainer, data, split):
            logits, loss = trainer.forward(batch)
            tally.add(logits, batch.target, loss, batch.truth)
    counts = tally.compute()
    return counts if trainer.task.views == 1 else with_neighbours(counts, trainer, data, split)


def batches_of(trainer: Trainer, data: PreparedData, split: SplitName) -> Iterator[Batch]:
    """The batches that the loss of a split is of: its images, or random views that are the same in every epoch."""
    if trainer.task.views > 1:
        return views_of(trainer, data, split)
    return images_of(trainer, data, split)
