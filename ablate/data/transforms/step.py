"""What a transform is, and drawing its parameters.

Shapes: N images, C channels, H height, W width. Images are (N, C, H, W) float32 in 0..1. Parameters are drawn on the
CPU, so that a run on another device draws the same ones, and then moved to the images.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Generator, Tensor

#: A change of a batch that leaves its input as it is and keeps its shape.
Transform = Callable[[Tensor, Generator], Tensor]


def uniform(images: Tensor, generator: Generator, low: float, high: float) -> Tensor:
    """(N, 1, 1, 1): one number in [low, high) for each image, on its device."""
    numbers = torch.rand(len(images), 1, 1, 1, generator=generator)
    return (numbers * (high - low) + low).to(images.device)


def chance(images: Tensor, generator: Generator, p: float) -> Tensor:
    """(N, 1, 1, 1) bool: true for each image with probability ``p``."""
    return (torch.rand(len(images), 1, 1, 1, generator=generator) < p).to(images.device)


def compose(steps: Sequence[Transform]) -> Transform:
    """The steps one after the other."""

    def apply(images: Tensor, generator: Generator) -> Tensor:
        for step in steps:
            images = step(images, generator)
        return images

    return apply
