"""Where names stand so that none hides another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import cos, pi, sin


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle."""

    left: float
    low: float
    width: float
    height: float

    def overlaps(self, other: Box) -> bool:
        """Whether they share more than an edge."""
        return (
            self.left < other.left + other.width
            and other.left < self.left + self.width
            and self.low < other.low + other.height
            and other.low < self.low + self.height
        )

    def within(self, other: Box) -> bool:
        """Whether it lies inside another."""
        return (
            other.left <= self.left
            and other.low <= self.low
            and self.left + self.width <= other.left + other.width
            and self.low + self.height <= other.low + other.height
        )


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Places as near as possible to those wanted, at least ``gap`` apart and from ``low`` to ``high``.

    Where there is no room for all, they lie closer, evenly. Isotonic regression by pooling neighbours.

    >>> spread([1.0, 1.0, 5.0], 1.0, 0.0, 10.0)
    [0.5, 1.5, 5.0]
    """
    if not wanted:
        return []
    gap = min(gap, (high - low) / max(1, len(wanted) - 1))
    order = sorted(range(len(wanted)), key=lambda n: (wanted[n], n))
    pools: list[tuple[float, int]] = []  # sum and number of neighbours that move together
    for rank, index in enumerate(order):
        total, count = wanted[index] - rank * gap, 1
        while pools and pools[-1][0] / pools[-1][1] >= total / count:
            total, count = total + pools[-1][0], count + pools[-1][1]
            pools.pop()
        pools.append((total, count))
    flat = [total / count for total, count in pools for _ in range(count)]
    top = high - (len(wanted) - 1) * gap
    places = {
        index: min(max(value, low), max(low, top)) + rank * gap
        for rank, (index, value) in enumerate(zip(order, flat, strict=True))
    }
    return [places[index] for index in range(len(wanted))]


def place_labels(
    points: Sequence[tuple[float, float]],
    sizes: Sequence[tuple[float, float]],
    taken: Sequence[Box],
    page: Box,
    clearance: float,
) -> list[Box | None]:
    """A box for the name of each point, the first first: near it, inside the page, over nothing that is taken.

    ``None`` where there is no room for one.
    """
    used = list(taken)
    found: list[Box | None] = []
    for point, size in zip(points, sizes, strict=True):
        free = (
            box
            for box in _candidates(point, size, clearance)
            if box.within(page) and not any(box.overlaps(other) for other in used)
        )
        box = next(free, None)
        found.append(box)
        used += [box] if box else []
    return found


def _candidates(
    point: tuple[float, float], size: tuple[float, float], clearance: float
) -> Iterator[Box]:
    """Right, left, above, below; then around the point, further and further away."""
    (x, y), (width, height) = point, size
    for ring in range(1, 9):
        reach = clearance * ring
        for turn in (0, 12, 1, 23, 11, 13, 6, 18, 3, 21, 9, 15, 2, 22, 4, 20, 8, 16, 10, 14):
            across, up = cos(turn * pi / 12), sin(turn * pi / 12)
            middle_x = x + across * (reach + width / 2)
            middle_y = y + up * (reach + height / 2)
            yield Box(middle_x - width / 2, middle_y - height / 2, width, height)
