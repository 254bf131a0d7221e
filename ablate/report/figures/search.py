"""How a search went: what each configuration reached, and the best so far."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ablate.report.figures.drawing import drawing
from ablate.results import SearchPoint, Status

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: The lowest and the highest value that are drawn where they are.
Window = tuple[float, float]

#: 720 x 432 pixels, legible at 600.
INCHES, DPI = (7.2, 4.32), 100

#: Longer titles are cut.
LONGEST_TITLE = 64

#: Dark against grey, so that lines and marks differ without colour, too.
BEST, REFERENCE, TRIED = "#0b4f9c", "#b34700", "0.55"


@dataclass(frozen=True, slots=True)
class SearchCurve:
    """What is drawn: (number, objective) of each finished and each pruned configuration, and the best so far."""

    finished: tuple[tuple[int, float], ...]
    pruned: tuple[tuple[int, float], ...]
    best: tuple[tuple[int, float], ...]

    @classmethod
    def of(cls, points: Sequence[SearchPoint], *, maximize: bool) -> SearchCurve:
        """Finished configurations at their objective, pruned ones where they were stopped.

        >>> found = [SearchPoint(n, {}, Status.FINISHED, v) for n, v in enumerate((0.5, 0.4, 0.7))]
        >>> SearchCurve.of(found, maximize=True).best
        ((0, 0.5), (1, 0.5), (2, 0.7))
        """
        ordered = sorted(points, key=lambda point: point.number)
        finished = _placed(ordered, Status.FINISHED)
        pruned = _placed(ordered, Status.PRUNED)
        return cls(finished, pruned, _running_best(finished, ordered, maximize))


@drawing
def search_figure(
    points: Sequence[SearchPoint],
    *,
    objective: str,
    maximize: bool,
    percent: bool = False,
    baseline: float | None = None,
    title: str = "",
) -> Figure:
    """How a search went: the configurations in order, the best so far, and the baseline.

    Args:
        points: in any order; those that failed have nothing to show.
        objective: its name, the label of the axis.
        maximize: whether larger values are better.
        percent: whether values of 0 to 1 are written times 100.
        baseline: the objective of the baseline, if it is known.
        title: one line above the figure.
    """
    curve = SearchCurve.of(points, maximize=maximize)
    scale = 100.0 if percent else 1.0
    figure, axes = _canvas(title)
    if baseline is not None:
        style: dict[str, Any] = {"color": REFERENCE, "linestyle": (0, (6, 3)), "linewidth": 1.4}
        axes.axhline(baseline * scale, label="baseline", zorder=1, **style)
    _draw(axes, curve, scale, _window(curve, baseline, maximize=maximize))
    _label(
        axes, objective, last=max((point.number for point in points), default=0), percent=percent
    )
    _legend(figure, axes)
    return figure


def _placed(points: Sequence[SearchPoint], status: Status) -> tuple[tuple[int, float], ...]:
    known = ((point.number, _height(point)) for point in points if point.status is status)
    return tuple((number, value) for number, value in known if math.isfinite(value))


def _height(point: SearchPoint) -> float:
    """The objective; of a pruned configuration the last one it reached."""
    if point.status is Status.PRUNED and point.curve:
        return point.curve[-1][1]
    return math.nan if point.value is None else point.value


def _running_best(
    finished: Sequence[tuple[int, float]], points: Sequence[SearchPoint], maximize: bool
) -> tuple[tuple[int, float], ...]:
    """The best so far at each number from the first finished configuration to the last one tried."""
    values = dict(finished)
    best: list[tuple[int, float]] = []
    for point in points:
        seen = [value for _, value in best[-1:]]
        seen += [values[point.number]] if point.number in values else []
        if seen:
            best.append((point.number, max(seen) if maximize else min(seen)))
    return tuple(best)


def _canvas(title: str) -> tuple[Figure, Axes]:
    """A figure of fixed size; no global state."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=INCHES, dpi=DPI)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.12, 0.13, 0.85, 0.68))
    line = " ".join(title.split())
    shown = line if len(line) <= LONGEST_TITLE else line[: LONGEST_TITLE - 1] + "…"
    size = min(12.0, 60 * INCHES[0] / (0.65 * max(1, len(shown))))
    figure.text(0.12, 0.94, shown, fontsize=size, va="center", parse_math=False)
    return figure, axes


def _window(curve: SearchCurve, baseline: float | None, *, maximize: bool) -> Window:
    """The values worth seeing: the better half, the baseline, and as much again below them.

    A single configuration that learned nothing would otherwise press all others into one line.
    """
    values = sorted((value for _, value in curve.finished), reverse=maximize)
    good = values[: len(values) // 2 + 1]
    good += [] if baseline is None else [baseline]
    if not good:
        return -math.inf, math.inf
    span = max(good) - min(good) or abs(good[0]) or 1.0
    return (min(good) - span, math.inf) if maximize else (-math.inf, max(good) + span)


def _draw(axes: Axes, curve: SearchCurve, scale: float, window: Window) -> None:
    low, high = window
    inside = {name: _within(getattr(curve, name), low, high) for name in ("pruned", "finished")}
    outside = [point for point in (*curve.pruned, *curve.finished) if not low <= point[1] <= high]
    at_the_edge = [(number, min(max(value, low), high)) for number, value in outside]
    beyond = "v" if low > -math.inf else "^"
    _scatter(axes, inside["pruned"], scale, "pruned", "x", 1.0)
    _scatter(axes, at_the_edge, scale, "off the scale", beyond, 0.0)
    _scatter(axes, inside["finished"], scale, "finished", "o", 0.0)
    if curve.best:
        numbers, values = zip(*curve.best, strict=True)
        heights = [min(max(value, low), high) * scale for value in values]
        style: dict[str, Any] = {"color": BEST, "linewidth": 2.2, "zorder": 3}
        axes.step(numbers, heights, where="post", label="best so far", **style)


def _within(
    points: Sequence[tuple[int, float]], low: float, high: float
) -> list[tuple[int, float]]:
    return [point for point in points if low <= point[1] <= high]


def _scatter(
    axes: Axes,
    points: Sequence[tuple[int, float]],
    scale: float,
    name: str,
    marker: str,
    line: float,
) -> None:
    if not points:
        return
    numbers, values = zip(*points, strict=True)
    heights = [value * scale for value in values]
    style: dict[str, Any] = {"color": TRIED, "s": 24, "linewidths": line, "zorder": 2}
    axes.scatter(numbers, heights, label=name, marker=marker, **style)


def _label(axes: Axes, objective: str, *, last: int, percent: bool) -> None:
    from matplotlib.ticker import MaxNLocator

    axes.set_xlim(-0.5 - 0.01 * last, last + 0.5 + 0.01 * last)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.set_xlabel("configuration", fontsize=11)
    unit = " %" if percent else ""
    axes.set_ylabel(f"{objective}{unit}", fontsize=11, parse_math=False)
    axes.tick_params(labelsize=10)
    axes.grid(axis="y", color="0.9", linewidth=0.8)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _legend(figure: Figure, axes: Axes) -> None:
    """One line above the axes, where it hides no point."""
    handles, names = axes.get_legend_handles_labels()
    if handles:
        figure.legend(
            handles[::-1],
            names[::-1],
            loc="center left",
            bbox_to_anchor=(0.105, 0.865),
            ncols=len(handles),
            frameon=False,
            fontsize=10,
            handlelength=1.8,
            columnspacing=1.4,
        )
