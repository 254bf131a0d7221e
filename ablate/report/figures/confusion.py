"""The confusion matrix as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ablate.report.figures.class_matrix import (
    MOST_ANNOTATED,
    MatrixLayout,
    bar_axes,
    canvas,
    entitle,
    label_classes,
    row_shares,
    shortened,
)
from ablate.report.figures.drawing import drawing

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Cells at least this dark carry white numbers.
DARK = 0.55

#: Sequential, readable without colour vision and in print; a power scale shows rare confusions.
COLOURS, GAMMA = "Blues", 0.5


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
    names = [shortened(name) for name in classes]
    layout = MatrixLayout.of(names)
    figure, axes = canvas(layout, len(names))
    shares = row_shares(counts)
    _draw(figure, axes, shares, layout)
    label_classes(axes, names, layout)
    entitle(figure, f"{title}, {counts.sum():,} {counted}, % of each true class")
    if len(names) <= MOST_ANNOTATED:
        _annotate(axes, shares, layout)
    return figure


def _draw(figure: Figure, axes: Axes, shares: NDArray[np.float64], layout: MatrixLayout) -> None:
    from matplotlib.colors import PowerNorm

    image = axes.imshow(
        shares, cmap=COLOURS, norm=PowerNorm(GAMMA, 0.0, 1.0), interpolation="nearest"
    )
    bar = bar_axes(figure, axes)
    ticks = (0.0, 0.01, 0.05, 0.2, 0.5, 1.0)
    figure.colorbar(image, cax=bar, ticks=ticks)
    bar.set_yticklabels([f"{tick:.0%}" for tick in ticks], fontsize=layout.font)


def _annotate(axes: Axes, shares: NDArray[np.float64], layout: MatrixLayout) -> None:
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
