"""Crops, flips and other moves of whole pixels."""

from __future__ import annotations

import torch
from torch import Generator, Tensor
from torch.nn import functional

from ablate.data.transforms.step import chance


def random_crop(images: Tensor, generator: Generator, *, padding: int) -> Tensor:
    """Pad every side by ``padding`` black pixels, then crop each image at a place of its own."""
    count, _, height, width = images.shape
    rows, columns = torch.randint(2 * padding + 1, (2, count), generator=generator)
    return crop_at(functional.pad(images, [padding] * 4), rows, columns, height, width)


def crop_at(images: Tensor, rows: Tensor, columns: Tensor, height: int, width: int) -> Tensor:
    """The ``height`` x ``width`` part of each image whose upper left corner is at ``rows``, ``columns`` (N,)."""
    windows = images.unfold(2, height, 1).unfold(3, width, 1)
    index = torch.arange(len(images), device=images.device)
    return windows[index, :, rows.to(images.device), columns.to(images.device)]


def random_flip(images: Tensor, generator: Generator, *, p: float, dim: int) -> Tensor:
    """Mirror each image along ``dim`` with probability ``p``."""
    return torch.where(chance(images, generator, p), images.flip(dim), images)
