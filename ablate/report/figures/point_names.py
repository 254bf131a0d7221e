"""The names of a trade-off's points: beside them, or numbers where there is no room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import hypot
from typing import TYPE_CHECKING

from ablate.report.figures.label_places import Box, place_labels
from ablate.report.figures.page import EDGE, SMALL, Page
from ablate.report.figures.palette import QUIET
from ablate.report.figures.text import fitted, width_of
from ablate.report.figures.trade_points import TradeOff, TradePoint

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Inches: what a name takes at most, half a marker, the distance of a name from its point, a line of letters.
NAMES, HALF, CLEARANCE, LETTERS = 1.9, 0.045, 0.07, 0.135
#: So many names stand beside their points at most; the others get numbers.
MOST_NAMES = 12


def name_points(page: Page, axes: Axes, shown: TradeOff, front: Sequence[int]) -> tuple[int, ...]:
    """Names near their points, numbers where there is no room for them; the points that have these."""
    points = shown.points
    places = [_inches(page, axes, point.cost, point.value) for point in points]
    end = _inches(page, axes, axes.get_xlim()[1], points[front[-1]].value)
    taken = [box for point in points for box in _boxes(page, axes, point)]
    taken += _steps([*(places[number] for number in front), end])
    low = _inches(page, axes, axes.get_xlim()[0], axes.get_ylim()[0])
    room = Box(*low, page.width - EDGE - low[0], page.height - EDGE - low[1])
    order = sorted(range(len(points)), key=lambda n: (n not in front, not points[n].reference, n))
    named = order[:MOST_NAMES]
    texts = {number: fitted(points[number].label, NAMES, SMALL) for number in named}
    written = _place(page, places, texts, taken, room)
    left = [number for number in order if number not in written]
    _place(page, places, {number: str(number + 1) for number in left}, taken, room)
    return tuple(sorted(left))


def _place(
    page: Page,
    places: Sequence[tuple[float, float]],
    texts: Mapping[int, str],
    taken: list[Box],
    room: Box,
) -> set[int]:
    """Write the texts of points that have room for them, which is ``taken`` then; the numbers of these points."""
    sizes = [(width_of(text, SMALL) + 0.04, LETTERS) for text in texts.values()]
    chosen = [places[number] for number in texts]
    boxes = place_labels(chosen, sizes, taken, room, CLEARANCE)
    found = {number: box for number, box in zip(texts, boxes, strict=True) if box}
    for number, box in found.items():
        _write_name(page, places[number], texts[number], box)
    taken += found.values()
    return set(found)


def _write_name(page: Page, point: tuple[float, float], name: str, box: Box) -> None:
    """A name, and a line to its point where that is not the next thing to it."""
    from matplotlib.lines import Line2D

    (x, y), middle = point, box.low + box.height / 2
    page.write(box.left + 0.02, page.height - middle, name)
    near_x = min(max(x, box.left), box.left + box.width)
    near_y = min(max(y, box.low), box.low + box.height)
    if hypot(near_x - x, near_y - y) > 2 * CLEARANCE:
        ends = ([x / page.width, near_x / page.width], [y / page.height, near_y / page.height])
        place = page.figure.transFigure
        page.figure.add_artist(Line2D(*ends, transform=place, color=QUIET, linewidth=0.5))


def _inches(page: Page, axes: Axes, cost: float, value: float) -> tuple[float, float]:
    x, y = axes.transData.transform((cost, value)) / page.figure.dpi
    return float(x), float(y)


def _boxes(page: Page, axes: Axes, point: TradePoint) -> list[Box]:
    """What a point's marker and its bar cover."""
    x, y = _inches(page, axes, point.cost, point.value)
    spread = point.spread or 0.0
    low = _inches(page, axes, point.cost, point.value - spread)[1]
    high = _inches(page, axes, point.cost, point.value + spread)[1]
    bar = Box(x - HALF / 2, low - 0.01, HALF, high - low + 0.02)
    return [Box(x - HALF, y - HALF, 2 * HALF, 2 * HALF), bar]


def _steps(places: Sequence[tuple[float, float]]) -> list[Box]:
    """What the line along the front covers."""
    pairs = list(pairwise(places))
    across = [Box(one[0], one[1] - 0.01, other[0] - one[0], 0.02) for one, other in pairs]
    up = [
        Box(other[0] - 0.01, min(one[1], other[1]), 0.02, abs(other[1] - one[1]))
        for one, other in pairs
    ]
    return across + up
