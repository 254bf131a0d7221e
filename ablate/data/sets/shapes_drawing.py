"""Drawing the images of ``shapes``, with whole numbers wherever machines could differ."""

from __future__ import annotations

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray

from ablate.data.source import Pixels

Integers = NDArray[np.int64]

#: What stands for each shape in a mask; 0 is the background.
_SHAPES = 3
_MOST_SHAPES = 4

#: By how much the channel that hints at a shape exceeds the others, on average.
_HINT = 70


def draw(seed: int, number: int, side: int, noise: float) -> tuple[Pixels, Pixels]:
    """An image (side, side, 3) uint8 and its mask (side, side) uint8: 0, 1 circle, 2 square, 3 triangle."""
    # RandomState gives the same numbers in every version of NumPy (NEP 19).
    random = RandomState([seed, number])
    image = _ground(random, side)
    mask = np.zeros((side, side), np.uint8)
    for _ in range(random.randint(1, _MOST_SHAPES + 1)):
        shape = random.randint(1, _SHAPES + 1)
        inside = _outline(random, side, shape)
        image[inside] = _color(random, shape)
        mask[inside] = shape
    amplitude = int(noise * 255)
    image += random.randint(-amplitude, amplitude + 1, image.shape)
    return np.clip(image, 0, 255).astype(np.uint8), mask


def _ground(random: RandomState, side: int) -> Integers:
    """Patches of random colours, (side, side, 3)."""
    cell = max(2, side // 12)
    cells = random.randint(30, 190, (side // cell + 1, side // cell + 1, 3))
    ground: Integers = (
        cells.repeat(cell, axis=0).repeat(cell, axis=1)[:side, :side].astype(np.int64)
    )
    return ground


def _color(random: RandomState, shape: int) -> Integers:
    color: Integers = random.randint(20, 180, 3).astype(np.int64)
    color[shape - 1] += _HINT
    return color


def _outline(random: RandomState, side: int, shape: int) -> NDArray[np.bool_]:
    """(side, side): the pixels of a shape of random size at a random place."""
    radius = random.randint(side // 10, side // 4)
    down, right = (random.randint(radius, side - radius) for _ in range(2))
    row, column = np.ogrid[:side, :side]
    y, x = row - down, column - right
    if shape == 1:
        return np.asarray(y * y + x * x <= radius * radius)
    if shape == 2:
        return np.asarray((abs(y) <= radius) & (abs(x) <= radius))
    return np.asarray((y <= radius) & (2 * abs(x) <= y + radius))
