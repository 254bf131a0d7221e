"""Resampling along a grid: rotation, and crops of any size."""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

import torch
from torch import Generator, Tensor
from torch.nn import functional

from ablate.data.transforms.step import uniform

Interpolation = Literal["nearest", "bilinear"]

#: How often a box that fits is drawn for before giving up, as torchvision does.
_ATTEMPTS = 10


class Boxes(NamedTuple):
    """One box for each image, in whole pixels, each (N,) int64; ``found`` (N,) bool: whether one fitted."""

    top: Tensor
    left: Tensor
    height: Tensor
    width: Tensor
    found: Tensor


def random_rotation(
    images: Tensor, generator: Generator, *, degrees: float, interpolation: Interpolation
) -> Tensor:
    """Rotate each image about its centre by an angle in -degrees..degrees; what comes in is black."""
    angles = uniform(images, generator, -degrees, degrees).flatten()
    return rotate(images, angles, interpolation)


def rotate(images: Tensor, angles: Tensor, interpolation: Interpolation) -> Tensor:
    """Rotate counter-clockwise by ``angles`` (N,) in degrees."""
    height, width = images.shape[2:]
    radians = angles.to(images) * (math.pi / 180)
    cos, sin, zero = radians.cos(), radians.sin(), torch.zeros_like(radians)
    rows = (cos, -sin * height / width, zero, sin * width / height, cos, zero)
    theta = torch.stack(rows, dim=1).reshape(-1, 2, 3)
    grid = functional.affine_grid(theta, list(images.shape), align_corners=False)
    return functional.grid_sample(images, grid, interpolation, "zeros", align_corners=False)


def random_resized_crop(
    images: Tensor, generator: Generator, *, scale: tuple[float, float], ratio: tuple[float, float]
) -> Tensor:
    """Stretch a random part of each image, of area ``scale`` and width / height ``ratio``, to its size."""
    size = (images.shape[2], images.shape[3])
    boxes = draw_boxes(len(images), size, size, scale, ratio, generator)
    return resize_boxes(images, _or_central(boxes, size, ratio))


def draw_boxes(
    count: int,
    size: tuple[int, int],
    largest: tuple[int, int],
    scale: tuple[float, float],
    ratio: tuple[float, float],
    generator: Generator,
) -> Boxes:
    """Boxes in images of ``size`` (height, width), none larger than ``largest``.

    The area is a share in ``scale`` of the image's, width / height is log-uniform in ``ratio``; where none of
    ten fits, ``found`` is false.
    """
    numbers = torch.rand(4, count, _ATTEMPTS, generator=generator)
    areas = size[0] * size[1] * (scale[0] + (scale[1] - scale[0]) * numbers[0])
    low, high = math.log(ratio[0]), math.log(ratio[1])
    ratios = torch.exp(low + (high - low) * numbers[1])
    heights, widths = (areas / ratios).sqrt().round(), (areas * ratios).sqrt().round()
    fits = (heights >= 1) & (heights <= largest[0]) & (widths >= 1) & (widths <= largest[1])
    first = fits.to(torch.int8).argmax(dim=1, keepdim=True)
    height, width = (sides.gather(1, first).squeeze(1) for sides in (heights, widths))
    tops = (numbers[2, :, 0] * (size[0] - height + 1)).floor()
    lefts = (numbers[3, :, 0] * (size[1] - width + 1)).floor()
    return Boxes(tops.long(), lefts.long(), height.long(), width.long(), fits.any(dim=1))


def _or_central(boxes: Boxes, size: tuple[int, int], ratio: tuple[float, float]) -> Boxes:
    """Where no box was found, the largest central one whose width / height is within ``ratio``."""
    height, width = size
    wanted = min(max(width / height, ratio[0]), ratio[1])
    if width / height < wanted:
        height = round(width / wanted)
    else:
        width = round(height * wanted)
    return Boxes(
        torch.where(boxes.found, boxes.top, (size[0] - height) // 2),
        torch.where(boxes.found, boxes.left, (size[1] - width) // 2),
        torch.where(boxes.found, boxes.height, height),
        torch.where(boxes.found, boxes.width, width),
        torch.ones_like(boxes.found),
    )


def resize_boxes(images: Tensor, boxes: Boxes) -> Tensor:
    """Stretch the part of each image that is in its box to the size of the image (bilinear)."""
    height, width = images.shape[2:]
    ys = _centres(boxes.top, boxes.height, height).to(images)
    xs = _centres(boxes.left, boxes.width, width).to(images)
    grid = torch.stack(
        (
            ((2 * xs + 1) / width - 1)[:, None, :].expand(-1, height, -1),
            ((2 * ys + 1) / height - 1)[:, :, None].expand(-1, -1, width),
        ),
        dim=-1,
    )
    return functional.grid_sample(images, grid, "bilinear", "border", align_corners=False)


def _centres(first: Tensor, length: Tensor, count: int) -> Tensor:
    """(N, count): where, in pixels, ``count`` equal parts of the box have their centres; never outside it."""
    parts = (torch.arange(count) + 0.5) * length[:, None] / count - 0.5
    return first[:, None] + torch.minimum(parts.clamp(min=0), length[:, None] - 1.0)
