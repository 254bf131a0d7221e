"""A metric over two factors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ablate.report.figures.drawing import drawing
from ablate.report.figures.page import EDGE, FONT, LINE, SMALL, WIDTH, Page, note_height
from ablate.report.figures.palette import BLACK, FAINT, NOTE
from ablate.report.figures.text import fitted, one_line, widest, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Normalize
    from matplotlib.figure import Figure

#: Perceptually uniform, the same for every colour vision, from dark to light in print.
COLORS = "cividis"
#: Inches. Levels of the rows take at most ``NAMES``.
NAMES, TALL, BAR, BAR_NUMBERS = 1.4, 0.46, 0.12, 0.75
WIDEST_CELL, PADDING = 1.15, 0.14


@dataclass(frozen=True, slots=True)
class HeatCell:
    """The mean in the unit of the map, and what is written: it, its spread, lost seeds, a line each."""

    value: float
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Cells at (row, column), those of ``rows[1]`` and ``columns[1]``; where there is none, nothing is known.

    ``rows`` and ``columns`` are a factor and its levels. ``reference`` is the cell that others are compared with.
    """

    rows: tuple[str, tuple[str, ...]]
    columns: tuple[str, tuple[str, ...]]
    cells: Mapping[tuple[int, int], HeatCell]
    quantity: str
    reference: tuple[int, int] | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Layout:
    """Inches."""

    title: str
    note: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    lines: int
    cell: tuple[float, float]
    upright: bool

    @classmethod
    def of(cls, shown: HeatMap) -> _Layout:
        count = len(shown.columns[1])
        rows = tuple(fitted(level, NAMES, SMALL) for level in shown.rows[1])
        room = (WIDTH - _left(rows) - BAR - BAR_NUMBERS - 2 * EDGE) / count
        texts = [cell.lines for cell in shown.cells.values()]
        lines = max(map(len, texts), default=1)
        wide = widest([line for text in texts for line in text], SMALL) + PADDING
        if wide > room and lines > 1:
            lines, wide = 1, widest([text[0] for text in texts if text], SMALL) + PADDING
        across = max(min(room, WIDEST_CELL), wide)
        upright = widest([one_line(level) for level in shown.columns[1]], SMALL) > across - 0.06
        columns = tuple(
            fitted(level, NAMES if upright else across, SMALL) for level in shown.columns[1]
        )
        dropped = any(len(text) > lines for text in texts)
        parts = [shown.note, "Framed: the reference." if shown.reference else ""]
        parts += ["Spreads do not fit here; the table has them." if dropped else ""]
        parts += ["Hatched: no value." if len(shown.cells) < count * len(rows) else ""]
        down = max(TALL, lines * LINE + PADDING)
        wide_page = _left(rows) + across * count + BAR + BAR_NUMBERS + 2 * EDGE
        title = wrapped(shown.quantity, max(2.5, wide_page) - 2 * EDGE, FONT)
        note = " ".join(part for part in parts if part)
        return cls(title, note, rows, columns, lines, (across, down), upright)

    @property
    def left(self) -> float:
        """Where the cells begin."""
        return _left(self.rows)

    @property
    def top(self) -> float:
        """Where the cells begin."""
        return 2 * EDGE + 1.2 * LINE * (1 + self.title.count("\n"))

    @property
    def across(self) -> float:
        """The width of all cells."""
        return self.cell[0] * len(self.columns)

    @property
    def down(self) -> float:
        """The height of all cells."""
        return self.cell[1] * len(self.rows)

    @property
    def names(self) -> float:
        """The height of the columns' levels."""
        return widest(self.columns, SMALL) + 0.06 if self.upright else LINE

    @property
    def width(self) -> float:
        """That of the page."""
        return max(3.5, self.left + self.across + 0.15 + BAR + BAR_NUMBERS + EDGE)


def _left(rows: tuple[str, ...]) -> float:
    return EDGE + LINE + 0.08 + widest(rows, SMALL) + 0.08


@drawing
def draw_heat_map(shown: HeatMap) -> Figure:
    """A grid of cells, coloured by their means, with the numbers written in them.

    Raises:
        ValueError: no cell has a value.
    """
    if not shown.cells:
        raise ValueError("there is no value to draw")
    layout = _Layout.of(shown)
    below = layout.names + LINE + 0.12
    tall = layout.top + layout.down + below + note_height(layout.note, layout.width) + EDGE
    page = Page.of(layout.width, tall)
    page.write(EDGE, EDGE, layout.title, FONT, va="top", linespacing=1.1)
    axes = page.axes(layout.left, layout.top, layout.across, layout.down)
    norm = _fill(axes, shown, layout)
    bar = page.axes(layout.left + layout.across + 0.15, layout.top, BAR, layout.down)
    _draw_bar(bar, norm, layout.down)
    _name(page, shown, layout)
    page.note(layout.note)
    return page.figure


def _fill(axes: Axes, shown: HeatMap, layout: _Layout) -> Normalize:
    from matplotlib import colormaps
    from matplotlib.colors import Normalize

    values = np.full((len(layout.rows), len(layout.columns)), np.nan)
    for place, cell in shown.cells.items():
        values[place] = cell.value
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    room = 0.0 if high > low else 0.5 * abs(low) or 0.5
    norm, colors = Normalize(low - room, high + room), colormaps[COLORS]
    axes.imshow(values, cmap=colors, norm=norm, aspect="auto", interpolation="nearest")
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    for row, column in np.argwhere(np.isnan(values)):
        _frame(axes, int(row), int(column), facecolor="white", edgecolor=FAINT, hatch="////")
    for (row, column), cell in shown.cells.items():
        red, green, blue, _ = colors(norm(cell.value))
        light = 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2 > 0.18
        text = "\n".join(cell.lines[: layout.lines])
        style: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": SMALL}
        axes.text(column, row, text, color="black" if light else "white", linespacing=1.25, **style)
    if shown.reference is not None:
        _frame(axes, *shown.reference, fill=False, edgecolor="white", linewidth=3.4)
        _frame(axes, *shown.reference, fill=False, edgecolor=BLACK, linewidth=1.6)
    return norm


def _frame(axes: Axes, row: int, column: int, **style: Any) -> None:
    from matplotlib.patches import Rectangle

    axes.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, clip_on=False, **style))


def _draw_bar(axes: Axes, norm: Normalize, inches: float) -> None:
    from matplotlib.cm import ScalarMappable
    from matplotlib.ticker import MaxNLocator

    ticks = MaxNLocator(max(2, int(inches / 0.35)))
    axes.figure.colorbar(ScalarMappable(norm, COLORS), cax=axes, ticks=ticks)
    axes.tick_params(labelsize=SMALL, length=3)
    axes.spines[:].set_visible(False)


def _name(page: Page, shown: HeatMap, layout: _Layout) -> None:
    """Levels beside the cells, factors beside the levels."""
    across, down = layout.cell
    for number, level in enumerate(layout.rows):
        page.write(layout.left - 0.08, layout.top + (number + 0.5) * down, level, ha="right")
    low = layout.top + layout.down + 0.06
    turn = 90 if layout.upright else 0
    for number, level in enumerate(layout.columns):
        middle = layout.left + (number + 0.5) * across
        page.write(middle, low, level, ha="center", va="top", rotation=turn)
    factor = fitted(shown.columns[0], layout.width - 2 * EDGE, SMALL)
    half = widest([factor], SMALL) / 2
    middle = max(EDGE + half, min(layout.left + layout.across / 2, layout.width - EDGE - half))
    page.write(middle, low + layout.names + LINE / 2, factor, ha="center", color=NOTE)
    factor = fitted(shown.rows[0], max(layout.down, 0.5), SMALL)
    page.write(
        EDGE + LINE / 2, layout.top + layout.down / 2, factor, ha="center", rotation=90, color=NOTE
    )
