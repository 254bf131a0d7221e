"""Colours for classes that bring none: far apart, also for people who do not see all colours."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ablate.spec.labels import Color

Floats = NDArray[np.float64]

#: The colours of M. Okabe and K. Ito, Color Universal Design (2008), without black.
_FIRST: tuple[Color, ...] = (
    (230, 159, 0), (86, 180, 233), (0, 158, 115), (240, 228, 66),
    (0, 114, 178), (213, 94, 0), (204, 121, 167),
)  # fmt: skip

#: What stands for anything else, by convention.
_BACKGROUND: Color = (64, 64, 64)
_TAKEN: tuple[Color, ...] = ((0, 0, 0), (255, 255, 255), _BACKGROUND)

_XYZ_OF_RGB = np.array(
    [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
)
_WHITE = np.array([0.9505, 1.0, 1.089])

#: Normal sight, protanopia and deuteranopia, on linear RGB: G. Machado et al., IEEE TVCG 15 (2009), severity 1.
_SIGHTS = np.array(
    [
        [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ],
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ],
    ]
)


def spread_palette(classes: Sequence[str]) -> tuple[Color, ...]:
    """A colour for each class, always the same; ``background`` is dark grey.

    Each further colour is the one whose nearest neighbour is farthest, as seen by the eye that tells them apart worst.

    >>> spread_palette(["background", "cat", "dog"])
    ((64, 64, 64), (230, 159, 0), (86, 180, 233))
    """
    colors = iter(_colors(len(classes)))
    return tuple(_BACKGROUND if name == "background" else next(colors) for name in classes)


def _colors(count: int) -> list[Color]:
    found = list(_FIRST[:count])
    levels = np.linspace(0, 255, 9).round().astype(np.int64)
    grid = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), axis=-1).reshape(-1, 3)
    seen = _seen(grid)
    nearest = np.full(len(grid), np.inf)
    for color in (*_TAKEN, *_FIRST):
        nearest = np.minimum(nearest, _distance(seen, _seen(np.array([color]))))
    while len(found) < count:
        best = int(np.argmax(nearest.round(3)))  # rounded, so that no machine's last digit decides
        red, green, blue = (int(value) for value in grid[best])
        found.append((red, green, blue))
        nearest = np.minimum(nearest, _distance(seen, seen[:, best : best + 1]))
    return found


def _seen(colors: NDArray[np.int64]) -> Floats:
    """(3, N, 3): CIELAB of colours (N, 3) as three kinds of eyes see them."""
    values = colors / 255
    linear = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    seen = np.clip(linear @ _SIGHTS.transpose(0, 2, 1), 0, 1) @ _XYZ_OF_RGB.T / _WHITE
    root = np.where(seen > 0.008856, np.cbrt(seen), 7.787 * seen + 16 / 116)
    x, y, z = np.moveaxis(root, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def _distance(some: Floats, one: Floats) -> Floats:
    """(N,): how far colours (3, N, 3) are from ``one`` (3, 1, 3) for the eye that sees the least difference."""
    apart: Floats = np.sqrt(np.square(some - one).sum(axis=-1)).min(axis=0)
    return apart
