"""What a finished figure shows: its texts where they stand, in pixels."""

from __future__ import annotations

from itertools import combinations
from typing import Any
from unittest import mock

import numpy as np
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from ablate.report.figures.drawing import Drawing, own_settings

#: Names as people, and attackers, write them.
HOSTILE = ("$x_1$ \\frac", "two\nlines", "模型", "a" * 200, "<script>|`*_", "\x00\t", " ")


def texts(drawing: Drawing) -> dict[str, Bbox]:
    """Every text that is drawn, with the box that it fills; of the same ones the last."""
    found: list[Text] = []
    draw = Text.draw

    def noted(text: Text, renderer: Any, *args: Any, **more: Any) -> Any:
        if text.get_visible() and text.get_text().strip():
            found.append(text)
        return draw(text, renderer, *args, **more)

    with mock.patch.object(Text, "draw", noted):
        drawing.png()
    with own_settings():
        renderer = drawing.figure.canvas.get_renderer()  # type: ignore[attr-defined]
        return {
            f"{number}: {text.get_text()}": text.get_window_extent(renderer)
            for number, text in enumerate(found)
        }


def words(drawing: Drawing) -> list[str]:
    """The texts alone."""
    return [name.partition(": ")[2] for name in texts(drawing)]


def outside(drawing: Drawing) -> list[str]:
    """The texts that do not lie in the figure, one pixel apart from that."""
    width, height = drawing.figure.get_size_inches() * drawing.figure.dpi
    return [
        name
        for name, box in texts(drawing).items()
        if box.x0 < -1 or box.y0 < -1 or box.x1 > width + 1 or box.y1 > height + 1
    ]


def overlapping(drawing: Drawing) -> list[tuple[str, str]]:
    """Pairs of texts that share more than two pixels in both directions."""
    pairs = combinations(texts(drawing).items(), 2)
    return [(one, other) for (one, box), (other, place) in pairs if _share(box, place)]


def _share(one: Bbox, other: Bbox) -> bool:
    across = min(one.x1, other.x1) - max(one.x0, other.x0)
    up = min(one.y1, other.y1) - max(one.y0, other.y0)
    return bool(np.minimum(across, up) > 2)


def smallest(drawing: Drawing) -> float:
    """The size of the smallest letters, in points."""
    found = drawing.figure.findobj(Text)
    return float(min(text.get_fontsize() for text in found if text.get_text().strip()))
