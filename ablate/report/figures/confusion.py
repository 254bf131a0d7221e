"""The confusion matrix as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ablate.report.figures.drawing import drawing

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DPI = 100
#: More classes than this leave no room for numbers.
MOST_ANNOTATED = 25
#: Longer class names are cut.
LONGEST_NAME = 22
#: Cells at least this dark carry white numbers.
DARK = 0.55

#: Sequential, readable without colour vision and in print; a power scale shows rare confusions.
COLOURS, GAMMA = "Blues", 0.5


@dataclass(frozen=True, slots=True)
class _Layout:
    """Sizes in inches, font sizes in points."""

    cell: float
    font: float
    names: float
    upright: bool

    @classmethod
    def of(cls, classes: Sequence[str]) -> _Layout:
        count = len(classes)
        cell = float(np.clip(5.0 / count, 0.12, 1.1))
        font = float(np.clip(cell * 72 * 0.3, 5.5, 10.0))
        names = max(map(len, classes)) * font * 0.62 / 72 + 0.15
        return cls(cell, font, names, upright=names > cell)


@drawing
def confusion_figure(
    counts: NDArray[np.int64], classes: Sequence[str], title: str, counted: str = "images"
) -> Figure:
    """A confusion matrix: true classes in rows, predicted in columns.

    ``counts``: (C, C) int64; ``counted`` says of what. Colours and numbers are percent of each true
    class, so that rare classes are as visible as frequent ones; a class of which there is none stays
    blank.

    Raises:
        ValueError: ``counts`` is not (C, C) for the C ``classes``.
    """
    if counts.shape != (len(classes), len(classes)) or not classes:
        raise ValueError(f"counts of shape {counts.shape} do not fit {len(classes)} classes")
    names = [_shortened(name) for name in classes]
    layout = _Layout.of(names)
    figure, axes = _canvas(layout, len(names))
    shares = _row_shares(counts)
    _draw(figure, axes, shares, layout)
    _label(axes, names, layout)
    _entitle(figure, f"{title}, {counts.sum():,} {counted}, % of each true class")
    if len(names) <= MOST_ANNOTATED:
        _annotate(axes, shares, layout)
    return figure


def _shortened(name: str) -> str:
    line = " ".join(name.split())
    return line if len(line) <= LONGEST_NAME else line[: LONGEST_NAME - 1] + "…"


def _row_shares(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Each count as a share of its row, (C, C); nan in rows without images."""
    totals = counts.sum(axis=1, keepdims=True).astype(np.float64)
    totals[totals == 0.0] = np.nan
    shares: NDArray[np.float64] = counts / totals
    return shares


def _canvas(layout: _Layout, count: int) -> tuple[Figure, Axes]:
    """A figure that fits the matrix, its labels and a colour bar; no global state."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    side = layout.cell * count
    left, bottom = layout.names + 0.45, (layout.names if layout.upright else 0.25) + 0.35
    width, height = left + side + 0.95, bottom + side + 0.5
    figure = Figure(figsize=(width, height), dpi=DPI)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((left / width, bottom / height, side / width, side / height))
    return figure, axes


def _draw(figure: Figure, axes: Axes, shares: NDArray[np.float64], layout: _Layout) -> None:
    from matplotlib.colors import PowerNorm

    image = axes.imshow(
        shares, cmap=COLOURS, norm=PowerNorm(GAMMA, 0.0, 1.0), interpolation="nearest"
    )
    axes.set_facecolor("0.9")
    place = axes.get_position()
    width = 0.15 / figure.get_figwidth()
    bar = figure.add_axes((place.x1 + width, place.y0, width, place.height))
    ticks = (0.0, 0.01, 0.05, 0.2, 0.5, 1.0)
    figure.colorbar(image, cax=bar, ticks=ticks)
    bar.set_yticklabels([f"{tick:.0%}" for tick in ticks], fontsize=layout.font)


def _label(axes: Axes, names: Sequence[str], layout: _Layout) -> None:
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


def _entitle(figure: Figure, title: str) -> None:
    """A title across the figure, as large as its width allows."""
    inches = figure.get_figwidth()
    size = min(11.0, 72 * inches / (0.58 * len(title)))
    height = 1.0 - 0.25 / figure.get_figheight()
    figure.text(0.5, height, title, ha="center", va="center", fontsize=size, parse_math=False)


def _annotate(axes: Axes, shares: NDArray[np.float64], layout: _Layout) -> None:
    """Percent in every cell, left out where it rounds to 0."""
    decimals = 1 if layout.cell >= 0.45 else 0
    shown = np.nan_to_num(shares) * 100 >= 0.5 * 10**-decimals
    for row, column in zip(*np.nonzero(shown), strict=True):
        share = float(shares[row, column])
        colour = "white" if share**GAMMA > DARK else "black"
        text = f"{share * 100:.{decimals}f}"
        axes.text(
            column, row, text, ha="center", va="center", color=colour, fontsize=layout.font - 0.5
        )
