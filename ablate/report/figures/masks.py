"""Predicted masks of a few images while a network learned, as one picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ablate.report.figures.drawing import Drawing, drawing
from ablate.report.figures.mask_rows import Grid, Row, read_grid
from ablate.report.figures.text import widest, wrapped
from ablate.spec.labels import Color

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Everything below is in inches, but for sizes of letters.
PAGE = 6.4
LEFT, TOP, EDGE, GAP = 0.95, 0.24, 0.06, 0.05
#: Captions at the left are wrapped at this width.
CAPTION = 1.5
LINE, PATCH, SPACE = 0.19, (0.2, 0.11), 0.15
FONT = 8.0
#: Width of an average letter, as a share of its size.
LETTER = 0.6
#: Longer class names are cut.
LONGEST_NAME = 24
#: Pixels an inch, so that a mask's pixel is one of the picture's where that is possible.
DPI = (200, 300)


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where everything stands, measured from the left and from the top."""

    left: float
    height: float
    widths: tuple[float, ...]
    tops: tuple[float, ...]
    captions: tuple[str, ...]
    legend_columns: int
    legend_rows: int
    note: bool

    @classmethod
    def of(cls, grid: Grid) -> _Layout:
        longest = max((row.pictures for row in grid.rows), key=len)
        shapes = [picture.shape for picture in longest]
        aspects = [float(np.clip(shape[1] / shape[0], 0.4, 3.0)) for shape in shapes]
        height = float(np.clip((PAGE - GAP * len(aspects)) / sum(aspects), 0.8, 1.9))
        widths = tuple(height * aspect for aspect in aspects)
        captions = tuple(_caption(row) for row in grid.rows)
        left = max(LEFT, widest(captions, FONT) + 0.1)
        across = left + sum(widths) + GAP * (len(widths) - 1)
        columns = max(1, min(len(grid.legend), int(across / _entry_width(grid))))
        rows = -(-len(grid.legend) // columns)
        tops = _tops(grid, height)
        return cls(left, height, widths, tops, captions, columns, rows, bool(grid.note))

    @property
    def across(self) -> float:
        """The width of the figure."""
        return EDGE + self.left + sum(self.widths) + GAP * (len(self.widths) - 1) + EDGE

    @property
    def bottom(self) -> float:
        """Where the last row of pictures ends."""
        return self.tops[-1] + self.height + GAP

    @property
    def down(self) -> float:
        """The height of the figure."""
        return self.bottom + 0.08 + LINE * (self.legend_rows + self.note) + EDGE

    def cells(self, row: int) -> Iterator[tuple[float, float, float, float]]:
        """Left, top, width and height of each picture of a row."""
        left, top = EDGE + self.left, self.tops[row]
        for width in self.widths:
            yield left, top, width, self.height
            left += width + GAP


def _tops(grid: Grid, height: float) -> tuple[float, ...]:
    """Where each row of pictures begins; rows with names of their own leave room for them."""
    tops = [TOP]
    for row in grid.rows[1:]:
        tops.append(tops[-1] + height + GAP + (TOP if row.names else 0.0))
    return tuple(tops)


def _caption(row: Row) -> str:
    return "\n".join(wrapped(line, CAPTION, FONT) for line in row.caption.split("\n"))


def mask_grid(folder: Path) -> Drawing:
    """What a trial's folder ``probes`` holds: the images, their truth, and the masks of each stage.

    Raises:
        ValueError: the folder does not hold such pictures.
        OSError: a picture is missing or cannot be read.
    """
    return draw_grid(read_grid(folder))


@drawing
def draw_grid(grid: Grid) -> Figure:
    """The grid: a row each stage, a column each image, a legend below."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    layout = _Layout.of(grid)
    tallest = max(picture.shape[0] for picture in grid.rows[0].pictures)
    dpi = int(np.clip(tallest / layout.height, *DPI))
    figure = Figure(figsize=(layout.across, layout.down), dpi=dpi)
    FigureCanvasAgg(figure)
    for number, row in enumerate(grid.rows):
        _draw_row(figure, layout, number, row)
        _name(figure, layout, number, grid.names if number == 0 else row.names)
    _draw_legend(figure, layout, grid)
    if grid.note:
        _write(
            figure,
            layout.across / 2,
            layout.down - EDGE - LINE / 2,
            grid.note,
            ha="center",
            color="0.35",
        )
    return figure


def _draw_row(figure: Figure, layout: _Layout, number: int, row: Row) -> None:
    width, height = figure.get_size_inches()
    cells = zip(row.pictures, layout.cells(number), strict=False)  # a row may be short
    for column, (picture, (left, top, across, down)) in enumerate(cells):
        place = (left / width, 1 - (top + down) / height, across / width, down / height)
        axes = figure.add_axes(place)
        smooth = column < row.photographs
        axes.imshow(picture, aspect="auto", interpolation="auto" if smooth else "nearest")
        axes.set_axis_off()
    middle, end = layout.tops[number] + layout.height / 2, EDGE + layout.left - 0.1
    _write(figure, end, middle, layout.captions[number], ha="right", linespacing=1.4)


def _name(figure: Figure, layout: _Layout, number: int, names: Sequence[str]) -> None:
    """Above the pictures of a row."""
    for name, (left, top, width, _) in zip(names, layout.cells(number), strict=False):
        _write(
            figure, left + width / 2, top - 0.04, _fitting(name, width), ha="center", va="bottom"
        )


def _draw_legend(figure: Figure, layout: _Layout, grid: Grid) -> None:
    """Patches with names, in columns, below the pictures."""
    step = _entry_width(grid)
    used = step * layout.legend_columns - SPACE
    below = (
        layout.left if used <= layout.across - layout.left else 0.0
    )  # below the pictures, or as wide as the page
    start = max(EDGE, (layout.across + below - used) / 2)
    for number, (name, color) in enumerate(grid.legend):
        row, column = divmod(number, layout.legend_columns)
        left, middle = start + column * step, layout.bottom + 0.08 + (row + 0.5) * LINE
        _patch(figure, left, middle, color)
        _write(figure, left + PATCH[0] + 0.06, middle, _shortened(name, LONGEST_NAME), ha="left")


def _patch(figure: Figure, left: float, middle: float, color: Color) -> None:
    from matplotlib.patches import Rectangle

    width, height = figure.get_size_inches()
    corner = (left / width, 1 - (middle + PATCH[1] / 2) / height)
    shade = tuple(channel / 255 for channel in color)
    figure.add_artist(
        Rectangle(
            corner,
            PATCH[0] / width,
            PATCH[1] / height,
            transform=figure.transFigure,
            facecolor=shade,
            edgecolor="0.3",
            linewidth=0.4,
        )
    )


def _write(
    figure: Figure, left: float, top: float, text: str, va: str = "center", **style: Any
) -> None:
    width, height = figure.get_size_inches()
    figure.text(
        left / width, 1 - top / height, text, va=va, fontsize=FONT, parse_math=False, **style
    )


def _entry_width(grid: Grid) -> float:
    """The width of an entry of the legend, with the space after it."""
    longest = max((len(_shortened(name, LONGEST_NAME)) for name, _ in grid.legend), default=0)
    return PATCH[0] + 0.06 + longest * FONT * LETTER / 72 + SPACE


def _fitting(name: str, width: float) -> str:
    return _shortened(name, max(4, int(width * 72 / (FONT * LETTER))))


def _shortened(name: str, most: int) -> str:
    line = " ".join(name.split())
    return line if len(line) <= most else line[: most - 1] + "…"
