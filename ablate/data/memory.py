"""The pixels of a split, on the device where they fit, otherwise in the page cache that all trials share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from ablate.data.prepared import Split

#: Images are gathered for several batches at once, up to this many bytes.
_GATHERED_BYTES = 4 << 20

#: A split is put on a GPU if it takes at most this share of what is free there.
_SHARE_OF_FREE_MEMORY = 0.25


class Gathered(NamedTuple):
    """Some images as they are stored.

    ``pixels`` (N, C, H, W) uint8 in the memory format ``channels_last``; ``labels`` (N,) int64; ``masks`` (N, H, W)
    uint8, where images have masks.
    """

    pixels: Tensor
    labels: Tensor
    masks: Tensor | None


class SplitMemory:
    """Gathers batches of a split's images, labels and masks on a device."""

    def __init__(self, split: Split, device: str) -> None:
        self._device = torch.device(device)
        images, rows = torch.from_numpy(split.images), torch.from_numpy(split.indices)
        labels = torch.from_numpy(split.labels)
        masks = None if split.masks is None else torch.from_numpy(split.masks.resized)
        self._image_bytes = images[0].numel() + (0 if masks is None else masks[0].numel())
        if self._fits(len(split) * self._image_bytes):
            images = images[rows].to(self._device)
            masks = None if masks is None else masks[rows].to(self._device)
            rows = torch.arange(len(split))
        self._images = images
        self._masks = masks
        self._rows = rows.to(images.device)
        self._labels = labels.to(self._device)

    def __len__(self) -> int:
        return len(self._rows)

    def batches(self, positions: Tensor, batch_size: int) -> Iterator[Gathered]:
        """The images at ``positions`` (P,) int64 on the CPU, in their order."""
        together = max(1, _GATHERED_BYTES // (self._image_bytes * batch_size))
        for group in torch.split(positions, together * batch_size):
            pixels = self._gather(self._images, group).permute(0, 3, 1, 2)
            labels = self._labels[group.to(self._device)]
            masks = None if self._masks is None else self._gather(self._masks, group)
            for start in range(0, len(group), batch_size):
                part = slice(start, start + batch_size)
                yield Gathered(pixels[part], labels[part], None if masks is None else masks[part])

    def _gather(self, images: Tensor, positions: Tensor) -> Tensor:
        """(P, ...) uint8 of ``images`` (M, ...), on the device."""
        rows = self._rows[positions.to(self._rows.device)]
        pixels = images.index_select(0, rows)
        if self._device.type == "cuda" and not pixels.is_cuda:
            return pixels.pin_memory().to(self._device, non_blocking=True)
        return pixels.to(self._device)

    def _fits(self, size: int) -> bool:
        if self._device.type != "cuda":
            return False
        free, _ = torch.cuda.mem_get_info(self._device)
        return size <= free * _SHARE_OF_FREE_MEMORY
