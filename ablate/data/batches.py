"""Batches of normalised images.

Shapes: N images of a batch, C channels, H height, W width.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

import torch
from torch import Generator, Tensor

from ablate.data.grouping import target_table
from ablate.data.memory import Gathered, SplitMemory
from ablate.data.normalization import resolve_normalization
from ablate.data.prepared import Split
from ablate.data.streams import stream_seed
from ablate.data.transforms.pipeline import Pipeline
from ablate.data.truth import original_masks
from ablate.spec.labels import Labels
from ablate.spec.sections import AugmentOptions
from ablate.spec.values import Normalization

__all__ = ["Batch", "TrainBatches", "eval_batches", "resolve_normalization"]


class Batch(NamedTuple):
    """Some images and what is true of them.

    ``image`` (N, C, H, W) float32, normalised; images of more than one channel are in the memory format
    ``channels_last``. ``target`` (N,) int64, or (N, H, W) where every pixel has a class: classes of the network or
    IGNORE_INDEX. ``truth``: in evaluations of segmentation the N original masks, (h, w) uint8 each, of the data set's
    classes or 255.
    """

    image: Tensor
    target: Tensor
    truth: tuple[Tensor, ...] | None = None


class TrainBatches:
    """The training batches of any epoch, shuffled and augmented.

    With ``views`` V a batch holds V random views of each of its N images: (V * N, C, H, W), the first views of all,
    then the second ones; the target is still (N,). Order and augmentation come from streams of their own for each
    epoch, so that an epoch can be repeated without those before it; torch's global generator is neither read nor
    changed. A last batch of one image is left out, because batch normalisation cannot train on it.
    """

    def __init__(
        self,
        split: Split,
        labels: Labels,
        *,
        batch_size: int,
        augment: tuple[AugmentOptions, ...],
        normalization: Normalization,
        device: str,
        seed: int,
        views: int = 1,
    ) -> None:
        self._memory = SplitMemory(split, device)
        self._batch_size = batch_size
        self._views = views
        self._pipeline = Pipeline(augment) if augment else None
        self._passes = self._pipeline.passes if self._pipeline else 1
        self._normalize = _Normalize(normalization, device, 1 if augment else 255)
        self._targets = _Targets(labels, device)
        self._seed = seed

    @property
    def steps_per_epoch(self) -> int:
        """Batches an epoch."""
        full, rest = divmod(len(self._memory) * self._passes, self._batch_size)
        return full + (rest > 1)

    def epoch(self, number: int) -> Iterator[Batch]:
        """The batches of epoch ``number``."""
        size, order = len(self._memory), self._order(number)
        generator = self._stream("augment", number)
        batches = self._memory.batches(order % size, self._batch_size)
        passes = torch.split(order // size, self._batch_size)
        for gathered, which in zip(batches, passes, strict=True):
            yield self._batch(gathered, generator, which)

    def rows(self, number: int) -> tuple[Tensor, ...]:
        """The images of each batch of epoch ``number``, (N,) int64: their places in the split."""
        return torch.split(self._order(number) % len(self._memory), self._batch_size)

    def _order(self, number: int) -> Tensor:
        count = len(self._memory) * self._passes
        order = torch.randperm(count, generator=self._stream("order", number))
        return order[: self.steps_per_epoch * self._batch_size]

    def _batch(self, gathered: Gathered, generator: Generator, which: Tensor) -> Batch:
        images, labels, masks = gathered
        if masks is None:
            if self._pipeline:
                images = self._augmented(self._pipeline, images, generator, which)
            return Batch(self._normalize(images), labels)
        if self._pipeline:
            images, masks = self._pipeline.with_masks(images, masks, generator, which)
        return Batch(self._normalize(images), self._targets(masks))

    def _augmented(
        self, pipeline: Pipeline, images: Tensor, generator: Generator, which: Tensor
    ) -> Tensor:
        if self._views == 1:
            return pipeline(images, generator, which)
        return torch.cat([pipeline(images, generator, which) for _ in range(self._views)])

    def _stream(self, purpose: str, epoch: int) -> Generator:
        return Generator().manual_seed(stream_seed(self._seed, purpose, epoch))


def eval_batches(
    split: Split, labels: Labels, *, batch_size: int, normalization: Normalization, device: str
) -> Iterator[Batch]:
    """Every image of a split once, in order."""
    normalize = _Normalize(normalization, device, 255)
    targets = _Targets(labels, device)
    memory = SplitMemory(split, device)
    rows = iter(split.indices.tolist())
    for pixels, target, masks in memory.batches(torch.arange(len(split)), batch_size):
        if masks is None or split.masks is None:
            yield Batch(normalize(pixels), target)
            continue
        truth = original_masks(split.masks, list(islice(rows, len(pixels))), masks.device)
        yield Batch(normalize(pixels), targets(masks), truth)


class _Targets:
    """What a network is to learn of masks."""

    def __init__(self, labels: Labels, device: str) -> None:
        self._table = torch.from_numpy(target_table(labels)).to(device)

    def __call__(self, masks: Tensor) -> Tensor:
        """(N, H, W) int64 from (N, H, W) uint8."""
        # Eight times faster on a CPU than indexing with the masks.
        return self._table.index_select(0, masks.flatten().int()).view(masks.shape)


class _Normalize:
    """``(image / full - mean) / std`` as one multiply-add."""

    def __init__(self, normalization: Normalization, device: str, full: float) -> None:
        mean, std = (torch.tensor(v) for v in (normalization.mean, normalization.std))
        self._values = tuple(v.to(device) for v in (1 / (full * std), -mean / std))
        self._factors: dict[tuple[int, int], tuple[Tensor, ...]] = {}

    def __call__(self, images: Tensor) -> Tensor:
        """Normalised float32 images from (N, C, H, W) ``images``, in ``channels_last`` where C > 1."""
        scale, offset = self._of_size((images.shape[2], images.shape[3]))
        floats = images.to(torch.float32)
        if images.shape[1] > 1:
            floats = floats.contiguous(memory_format=torch.channels_last)
        return torch.addcmul(offset, floats, scale)

    def _of_size(self, size: tuple[int, int]) -> tuple[Tensor, ...]:
        """Scale and offset, as large as an image: broadcasting a last dimension of 3 is several times slower."""
        if size not in self._factors:
            self._factors[size] = tuple(
                values.expand(1, *size, len(values)).contiguous().permute(0, 3, 1, 2)
                for values in self._values
            )
        return self._factors[size]
