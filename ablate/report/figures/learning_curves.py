"""How a metric changed while the rows' networks learned."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ablate.report.figures.curve_panels import CurvePanel, ShownPanel, draw_row, entitle, frame
from ablate.report.figures.drawing import drawing
from ablate.report.figures.label_places import spread
from ablate.report.figures.page import EDGE, FONT, LINE, SMALL, WIDTH, Page, note_height
from ablate.report.figures.palette import QUIET, REFERENCE, Line, line_of
from ablate.report.figures.small_curves import draw_small
from ablate.report.figures.text import widest, wrapped

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: More rows do not share axes: each gets a small graph of its own.
MOST_TOGETHER = 12
#: Inches. Names take at most ``NAMES``, after a sample of the line and what leads there.
NAMES, LEAD, SAMPLE = 1.75, 0.2, 0.3
LEFT, BELOW, ABOVE, HEIGHT = 0.5, 0.45, 0.28, 2.9


@drawing
def learning_curves(panels: Sequence[CurvePanel], references: Collection[str] = ()) -> Figure:
    """A line for each row, the mean over its seeds, with a band from the lowest seed to the highest.

    Args:
        panels: side by side, of the same rows in the same order: for example training and validation.
        references: labels of the rows that others are compared with; the first is drawn in black.

    Raises:
        ValueError: no row has a finite value.
    """
    shown = [ShownPanel.of(panel) for panel in panels]
    if not any(row.end for panel in shown for row in panel.rows.values()):
        raise ValueError("there is no curve to draw")
    lines = _lines(shown, references)
    note = _note(shown)
    if len(lines) > MOST_TOGETHER:
        return draw_small(shown, [label for label in lines if lines[label] is REFERENCE], note)
    return _together(shown, lines, note)


def _lines(panels: Sequence[ShownPanel], references: Collection[str]) -> dict[str, Line]:
    labels = dict.fromkeys(label for panel in panels for label in panel.rows)
    reference = next((label for label in labels if label in references), None)
    others = [label for label in labels if label != reference]
    styles = {label: line_of(number) for number, label in enumerate(others)}
    return {label: styles.get(label, REFERENCE) for label in labels}


def _note(panels: Sequence[ShownPanel]) -> str:
    rows = [row for panel in panels for row in panel.rows.values()]
    counts = sorted({row.seeds for row in rows if row.seeds})
    seeds = f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
    mean = f"Line: mean over {seeds} seeds; band: lowest to highest seed."
    parts = ["One seed each." if counts == [1] else mean]
    if any(row.alone for row in rows):
        parts.append("Thin: single seeds that ran on after the first of their row had ended.")
    if any(panel.cut for panel in panels):
        parts.append("The first epochs begin outside the graph.")
    return " ".join(parts)


def _together(panels: Sequence[ShownPanel], lines: Mapping[str, Line], note: str) -> Figure:
    """All rows in the same axes, their names at the right, where their lines end."""
    names = {label: wrapped(label, NAMES, SMALL) for label in lines}
    margin = LEAD + SAMPLE + 0.06 + widest(list(names.values()), SMALL) + EDGE
    across = (WIDTH - margin - LEFT * len(panels)) / len(panels)
    gap = 1.1 * LINE * max(1 + name.count("\n") for name in names.values())
    tall = max(HEIGHT, gap * len(names))
    page = Page.of(WIDTH, ABOVE + tall + BELOW + note_height(note, WIDTH) + EDGE)
    for number, panel in enumerate(panels):
        left = LEFT + number * (LEFT + across)
        axes = page.axes(left, ABOVE, across, tall)
        for place, (label, line) in enumerate(lines.items()):
            if label in panel.rows:
                draw_row(axes, panel.rows[label], line, place)
        frame(axes, panel, across)
        axes.set_xlabel("epoch", fontsize=FONT)
        entitle(axes, panel.title, across)
        page.clear_left(axes, left - LEFT + EDGE)
    ends = _ends(panels[-1], list(lines), tall)
    places = spread(list(ends.values()), gap, gap / 2, tall - gap / 2)
    for (label, end), place in zip(ends.items(), places, strict=True):
        _lead(page, WIDTH - margin, ABOVE + end, ABOVE + place, lines[label])
        _name(page, WIDTH - margin + LEAD, ABOVE + place, names[label], lines[label])
    page.note(note)
    return page.figure


def _ends(panel: ShownPanel, labels: Sequence[str], tall: float) -> dict[str, float]:
    """How far below the top each row's line ends; at the bottom those of which nothing is drawn."""
    low, high = panel.window
    ends = {label: row.end[1] for label, row in panel.rows.items() if row.end}
    return {
        label: tall * (high - min(max(ends.get(label, low), low), high)) / (high - low)
        for label in labels
    }


def _lead(page: Page, left: float, end: float, place: float, line: Line) -> None:
    """From where a line ends to its name."""
    _stroke(page, (left + 0.02, left + LEAD - 0.03), (end, place), color=QUIET, linewidth=0.5)


def _name(page: Page, left: float, top: float, name: str, line: Line) -> None:
    style: dict[str, Any] = {"color": line.color, "linestyle": line.dashes, "marker": line.marker}
    across = (left, left + SAMPLE / 2, left + SAMPLE)
    _stroke(page, across, (top,) * 3, linewidth=line.width, markersize=3.6, markevery=[1], **style)
    weight = "bold" if line is REFERENCE else "normal"
    page.write(left + SAMPLE + 0.06, top, name, linespacing=1.1, weight=weight)


def _stroke(page: Page, lefts: Sequence[float], tops: Sequence[float], **style: Any) -> None:
    from matplotlib.lines import Line2D

    x, y = [left / page.width for left in lefts], [1 - top / page.height for top in tops]
    page.figure.add_artist(Line2D(x, y, transform=page.figure.transFigure, **style))
