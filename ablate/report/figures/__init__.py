"""Figures as PNG bytes. Matplotlib is imported only when one is drawn."""

from __future__ import annotations

from ablate.report.figures.confusion import confusion_figure
from ablate.report.figures.masks import mask_grid
from ablate.report.figures.representation_panels import read_panels
from ablate.report.figures.representation_rows import compare_rows
from ablate.report.figures.representations import draw_panels
from ablate.report.figures.search import search_figure

__all__ = [
    "compare_rows",
    "confusion_figure",
    "draw_panels",
    "mask_grid",
    "read_panels",
    "search_figure",
]
