"""Covering parts of images."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

from ablate.data.transforms.geometry import draw_boxes
from ablate.data.transforms.step import chance


def random_erasing(
    images: Tensor,
    generator: Generator,
    *,
    p: float,
    scale: tuple[float, float],
    ratio: tuple[float, float],
    value: float | None,
) -> Tensor:
    """Cover a box of each image, with probability ``p``, by ``value``; ``None`` means random pixels.

    The box's area is in ``scale`` of the image's and its height / width in ``ratio``.
    """
    height, width = images.shape[2:]
    chosen = chance(images, generator, p)
    # Boxes are drawn with width / height: the reciprocal, of which the logarithm is uniform as well.
    upright = (1 / ratio[1], 1 / ratio[0])
    smaller = (height - 1, width - 1)
    boxes = draw_boxes(len(images), (height, width), smaller, scale, upright, generator)
    mask = box_mask(images, boxes.top, boxes.left, boxes.height, boxes.width)
    mask &= chosen & boxes.found.to(images.device).view(-1, 1, 1, 1)
    if value is not None:
        return images.masked_fill(mask, value)
    noise = torch.rand(images.shape, generator=generator).to(images.device)
    return torch.where(mask, noise, images)


def cutout(images: Tensor, generator: Generator, *, size: int, holes: int) -> Tensor:
    """Blacken ``holes`` squares of side ``size`` of each image; their centres are anywhere in it."""
    height, width = images.shape[2:]
    side = torch.full((len(images),), size)
    for _ in range(holes):
        tops = torch.randint(height, (len(images),), generator=generator) - size // 2
        lefts = torch.randint(width, (len(images),), generator=generator) - size // 2
        images = images.masked_fill(box_mask(images, tops, lefts, side, side), 0.0)
    return images


def box_mask(
    images: Tensor, tops: Tensor, lefts: Tensor, heights: Tensor, widths: Tensor
) -> Tensor:
    """(N, 1, H, W) bool: what lies in the box of each image; the boxes' sides are (N,) int64."""
    rows = _inside(tops, heights, images.shape[2])
    columns = _inside(lefts, widths, images.shape[3])
    return (rows[:, None, :, None] & columns[:, None, None, :]).to(images.device)


def _inside(first: Tensor, length: Tensor, size: int) -> Tensor:
    places = torch.arange(size)
    return (places >= first[:, None]) & (places < (first + length)[:, None])
