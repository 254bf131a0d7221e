"""Figures, as pixels and as vectors. Matplotlib is imported only when one is drawn."""

from __future__ import annotations

from ablate.report.figures.confusion import confusion_figure
from ablate.report.figures.confusion_difference import confusion_difference
from ablate.report.figures.curve_panels import CurvePanel
from ablate.report.figures.drawing import Drawing
from ablate.report.figures.forest import Forest, ForestRow, draw_forest
from ablate.report.figures.heat_map import HeatCell, HeatMap, draw_heat_map
from ablate.report.figures.learning_curves import learning_curves
from ablate.report.figures.mask_comparison import compare_masks, follow_image, shared_images
from ablate.report.figures.masks import mask_grid
from ablate.report.figures.representation_panels import read_panels
from ablate.report.figures.representation_rows import compare_rows
from ablate.report.figures.representations import draw_panels
from ablate.report.figures.search import search_figure
from ablate.report.figures.trade_off import draw_trade_off
from ablate.report.figures.trade_points import TradeOff, TradePoint

__all__ = [
    "CurvePanel",
    "Drawing",
    "Forest",
    "ForestRow",
    "HeatCell",
    "HeatMap",
    "TradeOff",
    "TradePoint",
    "compare_masks",
    "compare_rows",
    "confusion_difference",
    "confusion_figure",
    "draw_forest",
    "draw_heat_map",
    "draw_panels",
    "draw_trade_off",
    "follow_image",
    "learning_curves",
    "mask_grid",
    "read_panels",
    "search_figure",
    "shared_images",
]
