"""Batches of normalised images.

Shapes: N images of a batch, C channels, H height, W width.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Generator, Tensor

from ablate.data.memory import SplitMemory
from ablate.data.normalization import resolve_normalization
from ablate.data.prepared import Split
from ablate.data.streams import stream_seed
from ablate.data.transforms.pipeline import Pipeline
from ablate.spec.sections import AugmentOptions
from ablate.spec.values import Normalization

__all__ = ["TrainBatches", "eval_batches", "resolve_normalization"]


class TrainBatches:
    """The training batches of any epoch, shuffled and augmented.

    Order and augmentation come from streams of their own for each epoch, so that an epoch can be repeated
    without those before it; torch's global generator is neither read nor changed. A last batch of one
    image is left out, because batch normalisation cannot train on it.
    """

    def __init__(
        self,
        split: Split,
        *,
        batch_size: int,
        augment: tuple[AugmentOptions, ...],
        normalization: Normalization,
        device: str,
        seed: int,
    ) -> None:
        self._memory = SplitMemory(split, device)
        self._batch_size = batch_size
        self._pipeline = Pipeline(augment) if augment else None
        self._passes = self._pipeline.passes if self._pipeline else 1
        self._normalize = _Normalize(split, normalization, device, 1 if augment else 255)
        self._seed = seed

    @property
    def steps_per_epoch(self) -> int:
        """Batches an epoch."""
        full, rest = divmod(len(self._memory) * self._passes, self._batch_size)
        return full + (rest > 1)

    def epoch(self, number: int) -> Iterator[tuple[Tensor, Tensor]]:
        """The batches of epoch ``number``: image (N, C, H, W) float32, normalised, and target (N,) int64.

        Images of more than one channel are in the memory format ``channels_last``.
        """
        size = len(self._memory)
        order = torch.randperm(size * self._passes, generator=self._stream("order", number))
        order = order[: self.steps_per_epoch * self._batch_size]
        generator = self._stream("augment", number)
        batches = self._memory.batches(order % size, self._batch_size)
        passes = torch.split(order // size, self._batch_size)
        for (pixels, target), which in zip(batches, passes, strict=True):
            images = self._pipeline(pixels, generator, which) if self._pipeline else pixels
            yield self._normalize(images), target

    def _stream(self, purpose: str, epoch: int) -> Generator:
        return Generator().manual_seed(stream_seed(self._seed, purpose, epoch))


def eval_batches(
    split: Split, *, batch_size: int, normalization: Normalization, device: str
) -> Iterator[tuple[Tensor, Tensor]]:
    """Every image of a split once, in order: image (N, C, H, W) float32, normalised, target (N,) int64."""
    normalize = _Normalize(split, normalization, device, 255)
    memory = SplitMemory(split, device)
    for pixels, target in memory.batches(torch.arange(len(split)), batch_size):
        yield normalize(pixels), target


class _Normalize:
    """``(image / full - mean) / std`` as one multiply-add."""

    def __init__(
        self, split: Split, normalization: Normalization, device: str, full: float
    ) -> None:
        _, height, width, channels = split.images.shape
        mean, std = (torch.tensor(v) for v in (normalization.mean, normalization.std))
        # As large as an image: broadcasting along a last dimension of 3 is several times slower.
        self._scale, self._offset = (
            values.to(device).expand(1, height, width, channels).contiguous().permute(0, 3, 1, 2)
            for values in (1 / (full * std), -mean / std)
        )

    def __call__(self, images: Tensor) -> Tensor:
        """Normalised float32 images from (N, C, H, W) ``images``, in ``channels_last`` where C > 1."""
        floats = images.to(torch.float32)
        if images.shape[1] > 1:
            floats = floats.contiguous(memory_format=torch.channels_last)
        return torch.addcmul(self._offset, floats, self._scale)
