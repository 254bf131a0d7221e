"""A figure laid out in inches from its left and its top."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ablate.report.figures.palette import NOTE
from ablate.report.figures.text import wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text

#: Inches: the width of a page's text, so that letters are in print as large as here.
WIDTH = 6.4
EDGE = 0.08
DPI = 200
#: Points, of what is read first and of what is looked up; a line of the latter is ``LINE`` inches high.
FONT, SMALL = 9.0, 8.0
LINE = 0.16


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """A figure of ``width`` x ``height`` inches."""

    figure: Figure
    width: float
    height: float

    @classmethod
    def of(cls, width: float, height: float, dpi: int = DPI) -> Page:
        """An empty one; no global state."""
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        figure = Figure(figsize=(width, height), dpi=dpi)
        FigureCanvasAgg(figure)
        return cls(figure, width, height)

    def axes(self, left: float, top: float, width: float, height: float) -> Axes:
        """Axes with frames at the left and below."""
        low = 1 - (top + height) / self.height
        place = (left / self.width, low, width / self.width, height / self.height)
        axes = self.figure.add_axes(place)
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        axes.tick_params(labelsize=SMALL, length=3)
        axes.set_axisbelow(True)
        return axes

    def clear_left(self, axes: Axes, limit: float) -> None:
        """Move the left side of axes to the right until what is written there begins after ``limit`` inches."""
        renderer = self.figure.canvas.get_renderer()  # type: ignore[attr-defined]
        box = axes.yaxis.get_tightbbox(renderer)
        over = limit - (box.x0 / self.figure.dpi if box else limit)
        if over > 0:
            place = axes.get_position()
            left = place.x0 + over / self.width
            axes.set_position((left, place.y0, place.x1 - left, place.height))

    def write(self, left: float, top: float, text: str, size: float = SMALL, **style: Any) -> Text:
        """Plain text, its middle at ``top`` unless ``va`` says otherwise."""
        where = left / self.width, 1 - top / self.height
        options = {"va": "center", "fontsize": size, "parse_math": False, **style}
        return self.figure.text(*where, text, **options)

    def note(self, text: str) -> None:
        """What a reader must know, in grey at the bottom."""
        if text:
            lines = note_lines(text, self.width)
            top = self.height - EDGE - LINE * len(lines)
            for number, line in enumerate(lines):
                self.write(EDGE, top + LINE * (number + 0.5), line, color=NOTE)


def note_lines(text: str, width: float) -> list[str]:
    """A note in lines that fit."""
    return wrapped(text, width - 2 * EDGE, SMALL, lines=6).split("\n") if text else []


def note_height(text: str, width: float) -> float:
    """The inches that a note takes, with the space above it."""
    return LINE * len(note_lines(text, width)) + (0.08 if text else 0.0)
