"""Learning curves of many rows: a small graph for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ablate.report.figures.curve_panels import ShownPanel, draw_row, frame
from ablate.report.figures.page import EDGE, FONT, SMALL, WIDTH, Page, note_height
from ablate.report.figures.palette import BLUE, FAINT, REFERENCE, Line
from ablate.report.figures.seed_curves import SeedCurves
from ablate.report.figures.text import fitted, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLUMNS = 4
#: Inches.
LEFT, GAP, TALL, NAME, HEADING, TICKS = 0.42, 0.14, 0.85, 0.32, 0.26, 0.38

_OWN = Line(BLUE, "-", "", 1.8)
_BEHIND = (0.0, (3.0, 1.5))


def draw_small(panels: Sequence[ShownPanel], references: Sequence[str], note: str) -> Figure:
    """One panel after another, each row in front of the others, which are grey; the reference is dashed."""
    text = "Grey: the other rows." + (
        f" Dashed: {' '.join(references[0].split())}." if references else ""
    )
    note = f"{note} {text}"
    heights = [HEADING + _lines(panel) * (NAME + TALL) + TICKS for panel in panels]
    page = Page.of(WIDTH, sum(heights) + note_height(note, WIDTH) + EDGE)
    top = 0.0
    for panel, height in zip(panels, heights, strict=True):
        title = fitted(f"{panel.title} over epochs", WIDTH - 2 * EDGE, FONT)
        page.write(EDGE, top + HEADING / 2, title, FONT, weight="bold")
        _draw(page, panel, references, top + HEADING)
        top += height
    page.note(note)
    return page.figure


def _lines(panel: ShownPanel) -> int:
    return -(-len(panel.rows) // COLUMNS)


def _draw(page: Page, panel: ShownPanel, references: Sequence[str], top: float) -> None:
    across = (WIDTH - LEFT - EDGE - GAP * (COLUMNS - 1)) / COLUMNS
    for number, (label, row) in enumerate(panel.rows.items()):
        line, column = divmod(number, COLUMNS)
        place = top + line * (NAME + TALL) + NAME
        axes = page.axes(LEFT + column * (across + GAP), place, across, TALL)
        others = [other for name, other in panel.rows.items() if name != label]
        _behind(axes, others)
        for name in references:
            axes.plot(
                *_mean(panel.rows[name]), color=REFERENCE.color, linewidth=1.0, linestyle=_BEHIND
            )
        draw_row(axes, row, _OWN)
        frame(axes, panel, across)
        lowest = number + COLUMNS >= len(panel.rows)
        axes.tick_params(labelleft=column == 0, labelbottom=lowest)
        name = wrapped(label, across, SMALL)
        axes.set_title(name, fontsize=SMALL, loc="left", pad=2, linespacing=1.0, parse_math=False)


def _behind(axes: Axes, rows: Sequence[SeedCurves]) -> None:
    for row in rows:
        axes.plot(*_mean(row), color=FAINT, linewidth=0.7, zorder=0)


def _mean(row: SeedCurves) -> tuple[tuple[int, ...], tuple[float, ...]]:
    return row.epochs, row.mean
