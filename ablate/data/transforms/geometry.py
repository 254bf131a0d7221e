"""Resampling along a grid: rotation, and crops of any size."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, NamedTuple

import torch
from torch import Generator, Tensor
from torch.nn import functional

from ablate.data.transforms.places import Places, nearest, sample, sample_grid
from ablate.data.transforms.step import Move, uniform

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


@dataclass(frozen=True)
class Rotation(Move[Tensor]):
    """Rotates each image about its centre by an angle in -degrees..degrees; what comes in is black or void."""

    degrees: float
    interpolation: Interpolation

    def draw(self, images: Tensor, generator: Generator) -> Tensor:
        """(N, H, W, 2): the grid to sample at."""
        angles = uniform(images, generator, -self.degrees, self.degrees).flatten()
        return rotation_grid(images, angles)

    def move(self, images: Tensor, drawn: Tensor) -> Tensor:
        """The rotated images, black outside."""
        mode = self.interpolation
        return functional.grid_sample(images, drawn, mode, "zeros", align_corners=False)

    def move_masks(self, masks: Tensor, drawn: Tensor) -> Tensor:
        """The rotated masks, void outside."""
        return sample_grid(masks, drawn)


def rotation_grid(images: Tensor, angles: Tensor) -> Tensor:
    """(N, H, W, 2): the grid that rotates counter-clockwise by ``angles`` (N,) in degrees."""
    height, width = images.shape[2:]
    radians = angles.to(images) * (math.pi / 180)
    cos, sin, zero = radians.cos(), radians.sin(), torch.zeros_like(radians)
    rows = (cos, -sin * height / width, zero, sin * width / height, cos, zero)
    theta = torch.stack(rows, dim=1).reshape(-1, 2, 3)
    return functional.affine_grid(theta, list(images.shape), align_corners=False)


@dataclass(frozen=True)
class ResizedCrop(Move[Places]):
    """Stretches a random part of each image, of area ``scale`` and width / height ``ratio``, to its size."""

    scale: tuple[float, float]
    ratio: tuple[float, float]

    def draw(self, images: Tensor, generator: Generator) -> Places:
        """Where the pixels come from, which is never outside."""
        size = (images.shape[2], images.shape[3])
        boxes = draw_boxes(len(images), size, size, self.scale, self.ratio, generator)
        return places_in(_or_central(boxes, size, self.ratio), images)

    def move(self, images: Tensor, drawn: Places) -> Tensor:
        """The stretched images (bilinear)."""
        return sample(images, drawn)

    def move_masks(self, masks: Tensor, drawn: Places) -> Tensor:
        """The stretched masks."""
        return nearest(masks, drawn)


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


def places_in(boxes: Boxes, images: Tensor) -> Places:
    """The places that stretch the part of each image that is in its box to the size of the image."""
    height, width = images.shape[2:]
    return Places(
        _centres(boxes.top, boxes.height, height).to(images),
        _centres(boxes.left, boxes.width, width).to(images),
    )


def _centres(first: Tensor, length: Tensor, count: int) -> Tensor:
    """(N, count): where, in pixels, ``count`` equal parts of the box have their centres; never outside it."""
    parts = (torch.arange(count) + 0.5) * length[:, None] / count - 0.5
    return first[:, None] + torch.minimum(parts.clamp(min=0), length[:, None] - 1.0)
