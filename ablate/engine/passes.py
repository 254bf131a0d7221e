"""Passes over a split without training: over its images as they are, or over random views of them."""

from __future__ import annotations

from collections.abc import Iterator

from ablate.data import PreparedData
from ablate.data.batches import Batch, TrainBatches, eval_batches
from ablate.data.source import SplitName
from ablate.engine.trainer import Trainer
from ablate.spec.values import ImageShape

_MOST_IMAGES = 512
_MOST_VALUES = 2**22

#: Training counts its epochs from 1, so that these views are none that it saw.
_VIEWS_EPOCH = 0


def images_of(trainer: Trainer, data: PreparedData, split: SplitName) -> Iterator[Batch]:
    """Every image of ``split`` once, in order, or what the frozen part of the network made of it."""
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


def views_of(trainer: Trainer, data: PreparedData, split: SplitName) -> Iterator[Batch]:
    """Views of the images of ``split``, the same ones each time, in batches as large as those of training."""
    batches = TrainBatches(
        data.splits[split],
        data.labels,
        batch_size=trainer.config.data.batch_size,
        augment=trainer.config.data.augment,
        normalization=trainer.normalization,
        device=str(trainer.execution.device),
        seed=trainer.seed,
        views=trainer.task.views,
    )
    return batches.epoch(_VIEWS_EPOCH)


def batch_size(shape: ImageShape, train_batch_size: int) -> int:
    """Images of an evaluation batch: large, but no more than fits where training fits.

    It follows from the configuration alone, so that a result never depends on the machine.
    """
    values = shape.channels * shape.height * shape.width
    return max(train_batch_size, min(_MOST_IMAGES, _MOST_VALUES // values))
