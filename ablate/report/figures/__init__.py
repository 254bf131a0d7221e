"""Figures as PNG bytes. Matplotlib is imported only when one is drawn."""

from __future__ import annotations

from ablate.report.figures.confusion import confusion_figure
from ablate.report.figures.masks import mask_grid
from ablate.report.figures.search import search_figure

__all__ = ["confusion_figure", "mask_grid", "search_figure"]
