"""A figure as bytes that depend on nothing but what is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ablate.report.figures.drawing import Drawing

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def png(figure: Figure) -> bytes:
    """The figure as PNG, without a date or the version of the library."""
    return Drawing(figure).png()
