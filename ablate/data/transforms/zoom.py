"""Zooming in and out."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from ablate.data.prepared import VOID
from ablate.data.transforms.places import Places, nearest, outside, sample
from ablate.data.transforms.step import Move


@dataclass(frozen=True)
class Zoom(Move[Places]):
    """Scales each image by a factor in ``scale`` and keeps its size.

    Of a larger image a random part is shown; a smaller one lies at a random place, on black or void.
    """

    scale: tuple[float, float]

    def draw(self, images: Tensor, generator: Generator) -> Places:
        """Where the pixels come from; (N, H) and (N, W)."""
        numbers = torch.rand(3, len(images), 1, generator=generator)
        low, high = self.scale
        factors = low + (high - low) * numbers[0]
        return Places(
            _places(numbers[1], factors, images.shape[2]).to(images.device),
            _places(numbers[2], factors, images.shape[3]).to(images.device),
        )

    def move(self, images: Tensor, drawn: Places) -> Tensor:
        """The scaled images (bilinear), black outside."""
        return sample(images, drawn).masked_fill_(outside(drawn, *images.shape[2:]), 0.0)

    def move_masks(self, masks: Tensor, drawn: Places) -> Tensor:
        """The scaled masks, void outside."""
        return nearest(masks, drawn).masked_fill_(outside(drawn, *masks.shape[2:]), VOID)


def _places(shares: Tensor, factors: Tensor, size: int) -> Tensor:
    """(N, size): where ``size`` pixels come from that show size / factor pixels; the rest is shared by ``shares``."""
    first = shares * (size - size / factors)
    return first + (torch.arange(size) + 0.5) / factors - 0.5
