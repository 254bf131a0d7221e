"""What a row confuses more, and what less, than another one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ablate.report.figures.class_matrix import (
    MOST_ANNOTATED,
    MatrixLayout,
    bar_axes,
    canvas,
    label_classes,
    row_shares,
    shortened,
)
from ablate.report.figures.drawing import drawing
from ablate.report.figures.page import EDGE, FONT, LINE, SMALL
from ablate.report.figures.palette import NOTE
from ablate.report.figures.text import wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Normalize
    from matplotlib.figure import Figure

#: Diverging, the same for every colour vision: less is red, more is blue.
COLORS = "RdBu"
#: The scale goes at least so far, in percentage points, so that noise does not look like much.
LEAST = 5.0
TICKS = (1.0, 5.0, 20.0, 50.0, 100.0)
LEGEND = "Percentage points of each true class. Better: + on the diagonal, - elsewhere."


@drawing
def confusion_difference(
    counts: NDArray[np.int64],
    baseline: NDArray[np.int64],
    classes: Sequence[str],
    *,
    row: str,
    reference: str,
) -> Figure:
    """The confusion matrix of a row minus that of its reference: true classes in rows, predicted in columns.

    ``counts`` and ``baseline``: (C, C) int64, each divided by how many there are of each true class; a class of which
    either has none stays blank. ``row`` and ``reference`` are their names.

    Raises:
        ValueError: a matrix is not (C, C) for the C ``classes``.
    """
    shape = (len(classes), len(classes))
    if counts.shape != shape or baseline.shape != shape or not classes:
        raise ValueError(
            f"counts of shapes {counts.shape} and {baseline.shape} do not fit {len(classes)} classes"
        )
    differences = 100.0 * (row_shares(counts) - row_shares(baseline))
    names = [shortened(name) for name in classes]
    layout = MatrixLayout.of(names)
    across = layout.cell * len(names) + layout.names + 1.2
    title = wrapped(f"{row} minus {reference}", across, FONT)
    legend = wrapped(LEGEND, across, SMALL, lines=3)
    heights = [1.2 * LINE * (1 + text.count("\n")) for text in (title, legend)]
    figure, axes = canvas(layout, len(names), above=EDGE + sum(heights) + 0.12)
    norm = _draw(figure, axes, differences, layout)
    label_classes(axes, names, layout)
    _write(figure, EDGE, title, fontsize=FONT)
    _write(figure, EDGE + heights[0], legend, fontsize=SMALL, color=NOTE)
    if len(names) <= MOST_ANNOTATED:
        _annotate(axes, differences, norm, layout)
    else:
        _sign(axes, differences, norm, layout)
    return figure


def _draw(
    figure: Figure, axes: Axes, differences: NDArray[np.float64], layout: MatrixLayout
) -> Normalize:
    from matplotlib.colors import FuncNorm

    most = max(LEAST, float(np.nan_to_num(np.abs(differences)).max()))
    norm = FuncNorm((_bent, _straight), -most, most)
    image = axes.imshow(differences, cmap=COLORS, norm=norm, interpolation="nearest")
    bar = bar_axes(figure, axes)
    up = [tick for tick in TICKS if tick <= most]
    ticks = [*(-tick for tick in up[::-1]), 0.0, *up]
    figure.colorbar(image, cax=bar, ticks=ticks)
    bar.minorticks_off()
    bar.set_yticklabels([f"{tick:+.0f}" if tick else "0" for tick in ticks], fontsize=SMALL)
    return norm


def _bent(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Square roots with their signs, so that rare confusions are seen beside frequent ones."""
    bent: NDArray[np.float64] = np.sign(values) * np.sqrt(np.abs(values))
    return bent


def _straight(values: NDArray[np.float64]) -> NDArray[np.float64]:
    straight: NDArray[np.float64] = np.sign(values) * np.square(values)
    return straight


def _write(figure: Figure, top: float, text: str, **style: Any) -> None:
    width, height = figure.get_size_inches()
    style = {"va": "top", "linespacing": 1.15, "parse_math": False, **style}
    figure.text(EDGE / width, 1 - top / height, text, **style)


def _annotate(
    axes: Axes, differences: NDArray[np.float64], norm: Normalize, layout: MatrixLayout
) -> None:
    """Percentage points with their signs, left out where they round to 0."""
    decimals = 1 if layout.cell >= 0.45 else 0
    for row, column in np.argwhere(np.abs(np.nan_to_num(differences)) >= 0.5 * 10**-decimals):
        value = float(differences[row, column])
        text = f"{value:+.{decimals}f}"
        size = layout.font - 0.5
        axes.text(
            column, row, text, ha="center", va="center", color=_ink(norm, value), fontsize=size
        )


def _sign(
    axes: Axes, differences: NDArray[np.float64], norm: Normalize, layout: MatrixLayout
) -> None:
    """Signs where there is no room for numbers, on what is strong enough to be seen without colours."""
    strong = np.abs(np.asarray(norm(np.nan_to_num(differences))) - 0.5) > 0.15
    for row, column in np.argwhere(strong):
        value = float(differences[row, column])
        size = min(SMALL, layout.cell * 72 * 0.8)
        axes.text(
            column,
            row,
            "+" if value > 0 else "-",
            ha="center",
            va="center",
            color=_ink(norm, value),
            fontsize=size,
        )


def _ink(norm: Normalize, value: float) -> str:
    return "white" if abs(float(norm(value)) - 0.5) > 0.34 else "black"
