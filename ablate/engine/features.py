"""The representation of images, and what it is worth: the nearest training images tell the class of others."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple, cast

import torch
from torch import Tensor

from ablate.data import PreparedData
from ablate.data.source import SplitName
from ablate.engine.passes import images_of
from ablate.engine.trainer import Trainer
from ablate.metrics.counts import Counts
from ablate.metrics.features import confusion, nearest_classes, projection_std
from ablate.tasks.ssl.options import Ssl


class Features(NamedTuple):
    """``vectors`` (N, F) float32, what the network makes of N images in evaluation mode; ``target`` (N,) int64."""

    vectors: Tensor
    target: Tensor


def features_of(trainer: Trainer, data: PreparedData, split: SplitName) -> Features:
    """The representation of every image of ``split``, in order, not augmented."""
    network = trainer.task.network(trainer.model).eval()
    vectors, targets = [], []
    with torch.inference_mode(), trainer.execution.autocast():
        for batch in images_of(trainer, data, split):
            found = network(trainer.execution.place_images(batch.image))
            vectors.append(found.flatten(1).float())
            targets.append(batch.target)
    return Features(torch.cat(vectors), torch.cat(targets))


def with_neighbours(
    counts: Counts, trainer: Trainer, data: PreparedData, split: SplitName
) -> Counts:
    """``counts`` with the classes that the nearest images of ``train`` give to those of ``split``."""
    task = cast(Ssl, trainer.task)
    memory, found = features_of(trainer, data, "train"), features_of(trainer, data, split)
    predicted = nearest_classes(
        memory.vectors,
        memory.target,
        found.vectors,
        neighbours=task.neighbours,
        num_classes=data.num_classes,
    )
    return replace(
        counts,
        confusion=confusion(predicted, found.target, data.num_classes),
        projection_std=_spread(trainer, found.vectors),
    )


def _spread(trainer: Trainer, vectors: Tensor) -> float:
    if len(vectors) < 2:
        return float("nan")
    with torch.inference_mode(), trainer.execution.autocast():
        return projection_std(cast(Ssl, trainer.task).project(trainer.model, vectors))
