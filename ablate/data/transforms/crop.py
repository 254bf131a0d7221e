"""Crops, flips and other moves of whole pixels."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Generator, Tensor
from torch.nn import functional

from ablate.data.prepared import VOID
from ablate.data.transforms.step import Move, chance


@dataclass(frozen=True)
class Crop(Move[tuple[Tensor, Tensor]]):
    """Pads every side by ``padding`` pixels, black or void, then crops each image at a place of its own.

    The crops are of ``size`` (height, width), or of the images' own.
    """

    padding: int
    size: tuple[int, int] | None = None

    def draw(self, images: Tensor, generator: Generator) -> tuple[Tensor, Tensor]:
        """The crops' upper left corners in the padded images: rows and columns, each (N,) int64."""
        height, width = self._size(images)
        rows = images.shape[2] + 2 * self.padding - height + 1
        columns = images.shape[3] + 2 * self.padding - width + 1
        return (
            torch.randint(rows, (len(images),), generator=generator),
            torch.randint(columns, (len(images),), generator=generator),
        )

    def move(self, images: Tensor, drawn: tuple[Tensor, Tensor]) -> Tensor:
        """The crops, black where an image was padded."""
        return self._crop(images, drawn, 0.0)

    def move_masks(self, masks: Tensor, drawn: tuple[Tensor, Tensor]) -> Tensor:
        """The crops, void where a mask was padded."""
        return self._crop(masks, drawn, VOID)

    def _crop(self, pixels: Tensor, corners: tuple[Tensor, Tensor], outside: float) -> Tensor:
        size = self._size(pixels)
        if self.padding:
            pixels = functional.pad(pixels, [self.padding] * 4, value=outside)
        return crop_at(pixels, *corners, *size)

    def _size(self, pixels: Tensor) -> tuple[int, int]:
        return self.size or (pixels.shape[2], pixels.shape[3])


def crop_at(images: Tensor, rows: Tensor, columns: Tensor, height: int, width: int) -> Tensor:
    """The ``height`` x ``width`` part of each image whose upper left corner is at ``rows``, ``columns`` (N,)."""
    windows = images.unfold(2, height, 1).unfold(3, width, 1)
    index = torch.arange(len(images), device=images.device)
    return windows[index, :, rows.to(images.device), columns.to(images.device)]


@dataclass(frozen=True)
class Flip(Move[Tensor]):
    """Mirrors each image along ``dim`` (-1 or -2) with probability ``p``."""

    p: float
    dim: int

    def draw(self, images: Tensor, generator: Generator) -> Tensor:
        """(N, 1, 1, 1) bool: which images are mirrored."""
        return chance(images, generator, self.p)

    def move(self, images: Tensor, drawn: Tensor) -> Tensor:
        """The images, some of them mirrored."""
        return torch.where(drawn, images.flip(self.dim), images)

    def move_masks(self, masks: Tensor, drawn: Tensor) -> Tensor:
        """The masks, the same ones mirrored."""
        return self.move(masks, drawn)
