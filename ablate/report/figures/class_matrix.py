"""A matrix of classes against classes: its canvas, its names and its title."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ablate.report.figures.text import widest

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DPI = 100
#: More classes than this leave no room for numbers.
MOST_ANNOTATED = 25
#: Longer class names are cut.
LONGEST_NAME = 22


@dataclass(frozen=True, slots=True)
class MatrixLayout:
    """Sizes in inches, font sizes in points."""

    cell: float
    font: float
    names: float
    upright: bool

    @classmethod
    def of(cls, classes: Sequence[str]) -> MatrixLayout:
        """Of shortened names."""
        count = len(classes)
        cell = float(np.clip(5.0 / count, 0.12, 1.1))
        font = float(np.clip(cell * 72 * 0.3, 5.5, 10.0))
        guess = max(map(len, classes)) * font * 0.62 / 72
        names = max(guess, widest(classes, font)) + 0.15  # no less for wide letters
        return cls(cell, font, names, upright=names > cell)


def shortened(name: str) -> str:
    """A class name in one line."""
    line = " ".join(name.split())
    return line if len(line) <= LONGEST_NAME else line[: LONGEST_NAME - 1] + "…"


def row_shares(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Each count as a share of its row, (C, C); nan in rows without images."""
    totals = counts.sum(axis=1, keepdims=True).astype(np.float64)
    totals[totals == 0.0] = np.nan
    shares: NDArray[np.float64] = counts / totals
    return shares


def canvas(layout: MatrixLayout, count: int, above: float = 0.5) -> tuple[Figure, Axes]:
    """A figure that fits the matrix, its labels, a colour bar and a title; no global state."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    side = layout.cell * count
    left, bottom = layout.names + 0.45, (layout.names if layout.upright else 0.25) + 0.35
    width, height = left + side + 0.95, bottom + side + above
    figure = Figure(figsize=(width, height), dpi=DPI)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((left / width, bottom / height, side / width, side / height))
    return figure, axes


def bar_axes(figure: Figure, axes: Axes) -> Axes:
    """Those of a colour bar at the right of a matrix, which shows grey where there is no number."""
    axes.set_facecolor("0.9")
    place = axes.get_position()
    width = 0.15 / figure.get_figwidth()
    return figure.add_axes((place.x1 + width, place.y0, width, place.height))


def label_classes(axes: Axes, names: Sequence[str], layout: MatrixLayout) -> None:
    """Class names as plain texts: axis ticks take three times as long to draw."""
    axes.set_xticks([])
    axes.set_yticks([])
    style: dict[str, Any] = {"fontsize": layout.font, "parse_math": False}
    edge = len(names) - 0.5 + 0.08 / layout.cell
    for place, name in enumerate(names):
        axes.text(-0.5 - 0.08 / layout.cell, place, name, ha="right", va="center", **style)
        rotation = 90 if layout.upright else 0
        axes.text(place, edge, name, ha="center", va="top", rotation=rotation, **style)
    depth = layout.names if layout.upright else 0.25
    axes.set_xlabel("predicted class", fontsize=10, labelpad=72 * depth)
    axes.set_ylabel("true class", fontsize=10, labelpad=72 * layout.names)
    for side in axes.spines.values():
        side.set_visible(False)


def entitle(figure: Figure, title: str) -> None:
    """A title across the figure, as large as its width allows."""
    inches = figure.get_figwidth()
    size = min(11.0, 72 * inches / (0.58 * len(title)))
    height = 1.0 - 0.25 / figure.get_figheight()
    figure.text(0.5, height, title, ha="center", va="center", fontsize=size, parse_math=False)
