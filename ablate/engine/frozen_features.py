"""A frozen encoder, run over the data once instead of in every epoch.

Only where that changes nothing: the encoder is frozen, images are not augmented, and the network is its encoder
followed by the head, with no dropout before the cut. The latter is tried on a batch, since what a network does between
its layers cannot be read off them. Features come from batches of the training's size, as the plain way computes them.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from ablate.data import PreparedData
from ablate.data.batches import Batch, eval_batches
from ablate.data.source import SplitName
from ablate.engine.trainer import FeatureBatch, Trainer

#: More features than this are not kept in memory; such a training goes the plain way.
_MOST_BYTES = 2**30
_SPLITS: tuple[SplitName, ...] = ("train", "val")


@dataclass(frozen=True, slots=True)
class FrozenFeatures:
    """What the frozen part of a network makes of the images, and the part that goes on from there.

    ``splits``: features (N, ...) and targets (N,) int64 of each split, on the trial's device. ``duration_s``: what
    computing them took.
    """

    tail: nn.Module
    splits: Mapping[SplitName, tuple[Tensor, Tensor]]
    duration_s: float

    def at(self, split: SplitName, rows: Tensor) -> FeatureBatch:
        """Copies of the features and targets of ``rows`` (R,) int64."""
        features, targets = self.splits[split]
        rows = rows.to(targets.device)
        return FeatureBatch(features[rows], targets[rows])

    def batches(self, split: SplitName, batch_size: int) -> Iterator[FeatureBatch]:
        """Every image of a split once, in order."""
        for rows in torch.split(torch.arange(len(self.splits[split][1])), batch_size):
            yield self.at(split, rows)


def with_frozen_features(trainer: Trainer, data: PreparedData) -> Trainer:
    """``trainer``, training on features where that gives the same result."""
    config = trainer.config
    if (
        config.train.freeze != "encoder"
        or config.data.augment
        or data.splits["train"].masks is not None
    ):
        return trainer
    tail = _tail(trainer)
    image = next(_batches(trainer, data, "train")).image
    if tail is None or not _is_cut_by(trainer, tail, image):
        return trainer
    values = _captured(trainer, tail, image[:1])
    images = sum(len(data.splits[split]) for split in _SPLITS)
    if values.numel() * values.element_size() * images > _MOST_BYTES:
        return trainer
    begun = time.monotonic()
    splits = {split: _features(trainer, tail, data, split) for split in _SPLITS}
    return replace(trainer, features=FrozenFeatures(tail, splits, time.monotonic() - begun))


def _tail(trainer: Trainer) -> nn.Module | None:
    """The head, and in front of it what has no parameters, such as dropout, where they stand in one sequence."""
    names = trainer.config.model.head(trainer.model)
    if len(names) != 1:
        return None
    name = names[0]
    while "." in name:
        above = name.rpartition(".")[0]
        parent, child = trainer.model.get_submodule(above), trainer.model.get_submodule(name)
        alone = sum(1 for _ in parent.parameters()) == sum(1 for _ in child.parameters())
        if not (isinstance(parent, nn.Sequential) and alone and parent[-1] is child):
            break
        name = above
    return trainer.model.get_submodule(name)


def _is_cut_by(trainer: Trainer, tail: nn.Module, image: Tensor) -> bool:
    """Whether training runs ``tail`` last, on something that does not depend on chance."""
    trainer.train_mode()
    before, again = (_captured(trainer, tail, image) for _ in range(2))
    if not torch.equal(before, again):
        return False
    with torch.no_grad(), trainer.execution.autocast():
        torch.manual_seed(0)
        whole = trainer.model(trainer.execution.place_images(image))
        torch.manual_seed(0)
        return torch.equal(tail(before), whole)


def _features(
    trainer: Trainer, tail: nn.Module, data: PreparedData, split: SplitName
) -> tuple[Tensor, Tensor]:
    trainer.train_mode()
    found = [
        (_captured(trainer, tail, batch.image), batch.target)
        for batch in _batches(trainer, data, split)
    ]
    return torch.cat([features for features, _ in found]), torch.cat(
        [target for _, target in found]
    )


def _batches(trainer: Trainer, data: PreparedData, split: SplitName) -> Iterator[Batch]:
    return eval_batches(
        data.splits[split],
        data.labels,
        batch_size=trainer.config.data.batch_size,
        normalization=trainer.normalization,
        device=str(trainer.execution.device),
    )


class _Reached(Exception):
    """The forward pass has come to the cut."""


def _captured(trainer: Trainer, tail: nn.Module, image: Tensor) -> Tensor:
    """What ``tail`` is given for a batch."""
    found: list[Tensor] = []

    def note(module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        found.append(inputs[0].detach().clone())
        raise _Reached

    handle = tail.register_forward_pre_hook(note)
    try:
        with torch.no_grad(), trainer.execution.autocast():
            trainer.model(trainer.execution.place_images(image))
    except _Reached:
        return found[0]
    finally:
        handle.remove()
    raise RuntimeError("the network does not run its head")
