"""What a row reaches against what it costs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import hypot
from typing import TYPE_CHECKING, Any

from ablate.report.cells import Duration
from ablate.report.figures.drawing import drawing
from ablate.report.figures.label_places import Box, place_labels
from ablate.report.figures.page import EDGE, FONT, LINE, SMALL, WIDTH, Page, note_height
from ablate.report.figures.palette import BLACK, BLUE, FAINT, QUIET
from ablate.report.figures.text import fitted, width_of
from ablate.report.property_cells import in_thousands

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Inches. Names take at most ``NAMES``.
NAMES, LEFT, BELOW, ABOVE, TALL = 1.9, 0.62, 0.5, 0.2, 3.4
#: Half a marker, the distance of a name from its point, and the height of a line of letters.
HALF, CLEARANCE, LETTERS = 0.045, 0.07, 0.135
#: Costs that differ by more are drawn on a logarithmic axis.
LOG_FROM = 3.0
#: So many names stand beside their points at most; the others have numbers, and the names stand below.
MOST_NAMES, KEY_COLUMNS = 12, 3

#: Seconds that people have names for.
_TIMES = (
    *(1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 1800.0),
    *(3600.0 * hours for hours in (1, 2, 5, 10, 24, 48, 120, 240)),
)


@dataclass(frozen=True, slots=True)
class TradePoint:
    """A row: its cost, and the mean and the spread of its metric in the unit of the axis."""

    label: str
    cost: float
    value: float
    spread: float | None = None
    reference: bool = False


@dataclass(frozen=True, slots=True)
class TradeOff:
    """The rows in order; ``cost`` and ``quantity`` are the axes with their units; ``note`` stands below.

    Costs are numbers, or seconds where ``seconds`` says so.
    """

    points: tuple[TradePoint, ...]
    cost: str
    quantity: str
    maximize: bool
    seconds: bool = False
    note: str = ""


def pareto_front(points: Sequence[TradePoint], *, maximize: bool) -> tuple[int, ...]:
    """The numbers of the points that no other one matches at a lower cost or beats at the same, cheapest first.

    >>> points = [TradePoint("a", 1, 0.5), TradePoint("b", 2, 0.4), TradePoint("c", 3, 0.7)]
    >>> pareto_front(points, maximize=True)
    (0, 2)
    """
    sign = 1.0 if maximize else -1.0
    order = sorted(range(len(points)), key=lambda n: (points[n].cost, -sign * points[n].value, n))
    front: list[int] = []
    for number in order:
        if not front or sign * points[number].value > sign * points[front[-1]].value:
            front.append(number)
    return tuple(front)


@drawing
def draw_trade_off(shown: TradeOff) -> Figure:
    """A point for each row with the spread over its seeds, and a line along those that nothing cheaper matches.

    Raises:
        ValueError: there is no point, or a cost is not positive.
    """
    if not shown.points or min(point.cost for point in shown.points) <= 0.0:
        raise ValueError("there is nothing to draw, or a cost is not above 0")
    front = pareto_front(shown.points, maximize=shown.maximize)
    note = _note(shown)
    below = note_height(note, WIDTH) + EDGE
    page, unnamed = _plot(shown, front, below, keyed=0)
    if unnamed:
        page, unnamed = _plot(shown, front, below, keyed=len(unnamed))
        _write_key(page, shown, unnamed, page.height - below - _key_height(len(unnamed)))
    page.note(note)
    return page.figure


def _plot(
    shown: TradeOff, front: Sequence[int], below: float, keyed: int
) -> tuple[Page, tuple[int, ...]]:
    """Everything above the key of so many names, and the numbers of the points that need it."""
    page = Page.of(WIDTH, ABOVE + TALL + BELOW + _key_height(keyed) + below)
    axes = page.axes(LEFT, ABOVE, WIDTH - LEFT - 2 * EDGE, TALL)
    _frame(axes, shown)
    page.clear_left(axes, EDGE)
    _draw_front(axes, shown, front)
    for number, point in enumerate(shown.points):
        _draw_point(axes, point, on_front=number in front)
    return page, _name_points(page, axes, shown, front)


def _note(shown: TradeOff) -> str:
    parts = ["Line and filled points: Pareto front of the means; no claim that rows on it differ."]
    if any(point.spread for point in shown.points):
        parts.append("Bars: ± one standard deviation over seeds.")
    if any(point.reference for point in shown.points):
        parts.append("Square: the reference.")
    return " ".join([*parts, shown.note]).strip()


def _frame(axes: Axes, shown: TradeOff) -> None:
    """The axes with room for names: to the right of the last point and above the first."""
    costs = [point.cost for point in shown.points]
    least, most = min(costs), max(costs)
    log = most > LOG_FROM * least
    if log:
        axes.set_xscale("log")
        room = (most / least) ** 0.12
        axes.set_xlim(least / room, most * room)
    else:
        room = 0.12 * (most - least) or 0.5 * most
        axes.set_xlim(least - room, most + room)
    ends = [point.value + side * (point.spread or 0.0) for point in shown.points for side in (-1, 1)]
    room = 0.12 * (max(ends) - min(ends)) or 0.1 * abs(ends[0]) or 1.0
    axes.set_ylim(min(ends) - room, max(ends) + room)
    cost = f"{shown.cost}, logarithmic" if log else shown.cost
    axes.set_xlabel(fitted(f"{cost} (← less is better)", WIDTH - LEFT, FONT), fontsize=FONT, parse_math=False)
    side = "higher" if shown.maximize else "lower"
    label = fitted(f"{shown.quantity} ({side} is better)", TALL, FONT)
    axes.set_ylabel(label, fontsize=FONT, parse_math=False)
    axes.grid(color=FAINT, linewidth=0.6)
    whole = all(float(cost).is_integer() for cost in costs)
    _write_costs(axes, seconds=shown.seconds, log=log, whole=whole)


def _write_costs(axes: Axes, *, seconds: bool, log: bool, whole: bool) -> None:
    from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, MaxNLocator, NullLocator

    low, high = axes.get_xlim()
    inside = [one for one in _TIMES if low <= one <= high] if seconds and log else []
    if len(inside) > 1:
        axes.xaxis.set_major_locator(FixedLocator(inside[:: -(-len(inside) // 7)]))
    elif log:
        subs = (1.0, 2.0, 5.0) if high < 200 * low else (1.0,)
        axes.xaxis.set_major_locator(LogLocator(subs=subs, numticks=12))
    else:
        axes.xaxis.set_major_locator(MaxNLocator(6, integer=whole))
    axes.xaxis.set_minor_locator(NullLocator())
    ticks = [tick for tick in axes.xaxis.get_major_locator()() if low <= tick <= high]
    write = _time_text if seconds else _number_text(ticks)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: write(value)))


def _number_text(ticks: Sequence[float]) -> Callable[[float], str]:
    """Three digits, or as many as tell the ticks apart."""
    if len({in_thousands(tick) for tick in ticks}) == len(ticks):
        return in_thousands
    return lambda value: f"{value:,.10g}"


def _time_text(seconds: float) -> str:
    return Duration(seconds).text.replace(".0 s", " s")


def _draw_front(axes: Axes, shown: TradeOff, front: Sequence[int]) -> None:
    chosen = [shown.points[number] for number in front]
    end = axes.get_xlim()[1]
    costs = [*(point.cost for point in chosen), end]
    values = [*(point.value for point in chosen), chosen[-1].value]
    axes.step(costs, values, where="post", color=BLUE, linewidth=1.2, linestyle=(0, (4, 2)), zorder=2)


def _draw_point(axes: Axes, point: TradePoint, *, on_front: bool) -> None:
    color = BLACK if point.reference else BLUE if on_front else QUIET
    face = color if on_front else "white"
    if point.spread:
        style: dict[str, Any] = {"color": color, "linewidth": 1.0, "capsize": 2.5, "zorder": 3}
        axes.errorbar([point.cost], [point.value], yerr=[point.spread], fmt="none", **style)
    mark = "s" if point.reference else "o"
    style = {"markerfacecolor": face, "markeredgecolor": color, "markeredgewidth": 1.3}
    axes.plot([point.cost], [point.value], mark, markersize=6.0, zorder=4, **style)


def _name_points(
    page: Page, axes: Axes, shown: TradeOff, front: Sequence[int]
) -> tuple[int, ...]:
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


def _key_height(count: int) -> float:
    return LINE * -(-count // KEY_COLUMNS) + (0.1 if count else 0.0)


def _write_key(page: Page, shown: TradeOff, numbers: Sequence[int], top: float) -> None:
    """The names of the points that have a number, in columns that are read downwards."""
    across = (page.width - 2 * EDGE) / KEY_COLUMNS
    rows = -(-len(numbers) // KEY_COLUMNS)
    for place, number in enumerate(numbers):
        column, row = divmod(place, rows)
        name = fitted(f"{number + 1}  {shown.points[number].label}", across - 0.1, SMALL)
        page.write(EDGE + column * across, top + LINE * (row + 0.5), name)


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
