"""What a row reaches against what it costs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ablate.report.cells import Duration
from ablate.report.figures.drawing import drawing
from ablate.report.figures.page import EDGE, FONT, LINE, SMALL, WIDTH, Page, note_height
from ablate.report.figures.palette import BLACK, BLUE, FAINT, QUIET
from ablate.report.figures.point_names import name_points
from ablate.report.figures.text import fitted
from ablate.report.figures.trade_points import TradeOff, TradePoint, pareto_front
from ablate.report.property_cells import in_thousands

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Inches.
LEFT, BELOW, ABOVE, TALL = 0.62, 0.5, 0.2, 3.4
#: Costs that differ by more are drawn on a logarithmic axis.
LOG_FROM = 3.0
#: Names without room beside their points stand below, side by side.
KEY_COLUMNS = 3

#: Seconds that people have names for.
_TIMES = (
    *(1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 1800.0),
    *(3600.0 * hours for hours in (1, 2, 5, 10, 24, 48, 120, 240)),
)


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
    return page, name_points(page, axes, shown, front)


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
    ends = [
        point.value + side * (point.spread or 0.0) for point in shown.points for side in (-1, 1)
    ]
    room = 0.12 * (max(ends) - min(ends)) or 0.1 * abs(ends[0]) or 1.0
    axes.set_ylim(min(ends) - room, max(ends) + room)
    cost = f"{shown.cost}, logarithmic" if log else shown.cost
    axes.set_xlabel(
        fitted(f"{cost} (← less is better)", WIDTH - LEFT, FONT), fontsize=FONT, parse_math=False
    )
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
    axes.step(
        costs, values, where="post", color=BLUE, linewidth=1.2, linestyle=(0, (4, 2)), zorder=2
    )


def _draw_point(axes: Axes, point: TradePoint, *, on_front: bool) -> None:
    color = BLACK if point.reference else BLUE if on_front else QUIET
    face = color if on_front else "white"
    if point.spread:
        style: dict[str, Any] = {"color": color, "linewidth": 1.0, "capsize": 2.5, "zorder": 3}
        axes.errorbar([point.cost], [point.value], yerr=[point.spread], fmt="none", **style)
    mark = "s" if point.reference else "o"
    style = {"markerfacecolor": face, "markeredgecolor": color, "markeredgewidth": 1.3}
    axes.plot([point.cost], [point.value], mark, markersize=6.0, zorder=4, **style)


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
