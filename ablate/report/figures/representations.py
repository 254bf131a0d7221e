"""Pictures of representations: points of images, coloured by class, one panel for each epoch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ablate.report.figures.drawing import drawing
from ablate.report.figures.representation_panels import Panel, Panels, Window, window_around
from ablate.report.figures.scatter_marks import MOST_MARKS, mark_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Everything below is in inches, but for sizes of letters.
EDGE, GAP = 0.12, 0.3
TITLE, BELOW = 0.24, 0.42
LINE, MARK, SPACE = 0.165, 0.16, 0.18
FONT, SMALL = 8.5, 7.5
#: Width of an average letter, as a share of its size.
LETTER = 0.58
#: Longer class names are cut.
LONGEST_NAME = 28
DPI = 160
#: Side of a panel, by how many stand side by side.
SIDES = {1: 4.2, 2: 3.2, 3: 2.6}
#: Width of a point, in points, of few and of many images.
WIDTHS = (4.5, 2.8)
LEGEND_WIDTH = 5.5


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where everything stands, measured from the left and from the top."""

    columns: int
    rows: int
    side: float
    legend: tuple[int, ...]
    legend_columns: int
    entry: float

    @classmethod
    def of(cls, shown: Panels) -> _Layout:
        count = len(shown.panels)
        columns = 2 if count == 4 else min(count, 3)
        side = SIDES[columns]
        legend = _legend(shown)
        names = [_shortened(shown.classes[label]) for label in legend]
        entry = MARK + max(map(len, names), default=0) * SMALL * LETTER / 72 + SPACE
        across = columns * side + (columns - 1) * GAP
        most = max(1, int((across + SPACE) / entry))
        rows = -(-len(legend) // most)
        used = -(-len(legend) // rows) if rows else 1
        return cls(columns, -(-count // columns), side, legend, used, entry)

    @property
    def across(self) -> float:
        """The width of the figure."""
        return 2 * EDGE + 0.1 + self.columns * self.side + (self.columns - 1) * GAP

    @property
    def legend_rows(self) -> int:
        """Lines of the legend."""
        return -(-len(self.legend) // self.legend_columns)

    @property
    def bottom(self) -> float:
        """Where the panels end."""
        return EDGE + self.rows * (TITLE + self.side + BELOW)

    @property
    def down(self) -> float:
        """The height of the figure."""
        return self.bottom + LINE * self.legend_rows + 0.28 + EDGE

    def place(self, number: int) -> tuple[float, float, float, float]:
        """Left, bottom, width and height of a panel, as shares of the figure."""
        row, column = divmod(number, self.columns)
        left = EDGE + 0.1 + column * (self.side + GAP)
        top = EDGE + TITLE + row * (TITLE + self.side + BELOW)
        low = 1 - (top + self.side) / self.down
        return left / self.across, low, self.side / self.across, self.side / self.down


@drawing
def draw_panels(shown: Panels) -> Figure:
    """The panels side by side, with a legend of the classes that occur below.

    Raises:
        ValueError: there is no panel.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    if not shown.panels:
        raise ValueError("there is nothing to draw")
    layout = _Layout.of(shown)
    figure = Figure(figsize=(layout.across, layout.down), dpi=DPI)
    FigureCanvasAgg(figure)
    for number, panel in enumerate(shown.panels):
        axes = figure.add_axes(layout.place(number))
        _draw(axes, panel, shown.window or window_around([panel.points]))
    _draw_legend(figure, layout, shown)
    size = min(SMALL, 72 * (layout.across - EDGE) / (0.5 * len(shown.note)))
    height = (EDGE + 0.07) / layout.down
    style: dict[str, Any] = {"ha": "center", "va": "center", "color": "0.35", "parse_math": False}
    figure.text(0.5, height, shown.note, fontsize=size, **style)
    return figure


def _draw(axes: Axes, panel: Panel, window: Window) -> None:
    """The points of each class, those of frequent classes first, so that they hide no rare one."""
    counts = np.bincount(panel.labels)
    width = float(np.interp(len(panel.labels), (100, 1000), WIDTHS))
    for label in sorted(np.flatnonzero(counts), key=lambda one: (-counts[one], one)):
        axes.plot(
            *panel.points[panel.labels == label].T, linestyle="none", **_style(int(label), width)
        )
    x, y, reach = window
    axes.set(xlim=(x - reach, x + reach), ylim=(y - reach, y + reach))
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set(linewidth=0.6, color="0.6")
    fitting = int(axes.get_window_extent().width / DPI * 72 / (FONT * LETTER))
    axes.set_title(_shortened(panel.title, fitting), fontsize=FONT, pad=4, parse_math=False)
    below = "\n".join(text for text in (panel.axes[0], panel.caption) if text)
    axes.set_xlabel(below, fontsize=SMALL, labelpad=3, linespacing=1.35)
    axes.set_ylabel(panel.axes[1], fontsize=SMALL, labelpad=2)


def _style(label: int, width: float) -> dict[str, Any]:
    mark = mark_of(label)
    size = width * (1.25 if mark.shape in "PX^v" else 1.0)  # those with less ink
    return {
        "marker": mark.shape,
        "markersize": size,
        "markerfacecolor": "none" if mark.hollow else mark.color,
        "markeredgecolor": mark.color if mark.hollow else "white",
        "markeredgewidth": 0.6 if mark.hollow else 0.15,
    }


def _legend(shown: Panels) -> tuple[int, ...]:
    """The classes that occur, in their order; none where marks would stand for several classes."""
    found = np.unique(np.concatenate([panel.labels for panel in shown.panels]))
    return tuple(found.tolist()) if len(shown.classes) <= MOST_MARKS else ()


def _draw_legend(figure: Figure, layout: _Layout, shown: Panels) -> None:
    """Marks with names, in columns that are read downwards."""
    from matplotlib.lines import Line2D

    width = layout.entry * layout.legend_columns - SPACE
    start = max(EDGE, (layout.across - width) / 2)
    for number, label in enumerate(layout.legend):
        column, row = divmod(number, layout.legend_rows)
        left, top = start + column * layout.entry, layout.bottom + LINE * (row + 0.5)
        x, y = left / layout.across, 1 - top / layout.down
        middle, style = x + MARK / 2 / layout.across, _style(label, LEGEND_WIDTH)
        line = Line2D([middle], [y], transform=figure.transFigure, linestyle="none", **style)
        figure.add_artist(line)
        name = _shortened(shown.classes[label])
        at = x + (MARK + 0.04) / layout.across
        figure.text(at, y, name, ha="left", va="center", fontsize=SMALL, parse_math=False)


def _shortened(name: str, most: int = LONGEST_NAME) -> str:
    line = " ".join(name.split())
    return line if len(line) <= most else line[: most - 1] + "…"
