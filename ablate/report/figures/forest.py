"""How much each row differs from its reference, with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from ablate.report.figures.drawing import drawing
from ablate.report.figures.page import EDGE, FONT, LINE, SMALL, WIDTH, Page, note_height
from ablate.report.figures.palette import BLACK, BLUE, FAINT, NOTE, STRIPE, VERMILION, VIOLET
from ablate.report.figures.text import fitted, widest, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Inches. Names take at most ``NAMES``, verdicts at most ``VERDICTS``.
NAMES, VERDICTS, GAP = 1.7, 0.95, 0.12
BELOW = 0.42
#: A longer interval is cut where it is so many times as long as the median of all.
LONGEST = 3.0

_HEADS = ("row", "difference\n[95 % interval]", "verdict")


@dataclass(frozen=True, slots=True)
class ForestRow:
    """A difference in the unit of the axis, with its interval where there is one, and how a table writes it.

    ``verdict`` is the table's word. ``delta`` is ``None`` where there is nothing to compare.
    """

    label: str
    delta: float | None
    low: float | None
    high: float | None
    text: str
    verdict: str


@dataclass(frozen=True, slots=True)
class Forest:
    """The rows in order; ``quantity`` says what differs from what, ``unit`` in which unit; ``note`` stands below.

    Differences of less than ``too_small`` to either side, which is shaded, do not matter.
    """

    rows: tuple[ForestRow, ...]
    quantity: str
    unit: str
    maximize: bool
    note: str = ""
    too_small: float | None = None


@dataclass(frozen=True, slots=True)
class _Mark:
    """A marker: its shape says the verdict without its colour, too."""

    shape: str
    color: str
    filled: bool = True


_UNDECIDED = _Mark("o", NOTE, filled=False)
_MARKS = {
    "better": _Mark("^", BLUE),
    "worse": _Mark("v", VERMILION),
    "suggestive": _Mark("D", VIOLET, filled=False),
    "too small to matter": _Mark("s", BLACK, filled=False),
    "1 seed: cannot tell": _Mark("x", NOTE),
}


@drawing
def draw_forest(forest: Forest) -> Figure:
    """A line for each row: the difference, its interval, and at the right both as a table writes them.

    Raises:
        ValueError: there is no row.
    """
    if not forest.rows:
        raise ValueError("there is no row to draw")
    layout = _Layout.of(forest)
    page = Page.of(WIDTH, layout.bottom + BELOW + note_height(forest.note, WIDTH) + EDGE)
    page.write(EDGE, EDGE, layout.title, FONT, va="top", linespacing=1.1)
    _stripes(page, layout)
    for place, head in zip(layout.columns, _HEADS, strict=True):
        page.write(place, layout.head - 0.05, head, va="bottom", weight="bold", linespacing=1.1)
    for texts, top in zip(layout.texts, layout.tops, strict=True):
        for place, text in zip(layout.columns, texts, strict=True):
            page.write(place, top, text, linespacing=1.1)
    axes = page.axes(layout.left, layout.head, layout.across, layout.bottom - layout.head)
    _draw(axes, forest, layout)
    _direct(page, forest, layout)
    page.note(forest.note)
    return page.figure


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where everything stands, in inches from the left and from the top; texts of a row: name, numbers, verdict."""

    title: str
    texts: tuple[tuple[str, str, str], ...]
    heights: tuple[float, ...]
    columns: tuple[float, float, float]
    left: float
    across: float
    window: tuple[float, float]

    @classmethod
    def of(cls, forest: Forest) -> _Layout:
        texts = tuple(
            (wrapped(row.label, NAMES, SMALL), row.text, wrapped(row.verdict, VERDICTS, SMALL))
            for row in forest.rows
        )
        lines = (1 + max(text.count("\n") for text in row) for row in texts)
        columns = list(zip(*texts, _HEADS, strict=True))
        names, numbers, verdicts = (
            max(widest(column[:-1], SMALL), widest(column[-1:], SMALL, "bold"))
            for column in columns
        )
        right = WIDTH - EDGE - verdicts
        left, end = EDGE + names + GAP, right - GAP - numbers - GAP
        return cls(
            title=wrapped(forest.quantity, WIDTH - 2 * EDGE, FONT),
            texts=texts,
            heights=tuple(LINE * count + 0.1 for count in lines),
            columns=(EDGE, end + GAP, right),
            left=left,
            across=end - left,
            window=window_of(forest.rows),
        )

    @property
    def head(self) -> float:
        """Where the first row begins."""
        return 2 * EDGE + 1.2 * LINE * (1 + self.title.count("\n")) + 2.2 * LINE

    @property
    def bottom(self) -> float:
        """Where the last row ends."""
        return self.head + sum(self.heights)

    @property
    def tops(self) -> tuple[float, ...]:
        """The middle of each row."""
        return tuple(
            self.head + sum(self.heights[:n]) + height / 2 for n, height in enumerate(self.heights)
        )


def _stripes(page: Page, layout: _Layout) -> None:
    """Every other row is shaded, from its name to its verdict."""
    from matplotlib.patches import Rectangle

    for top, height in list(zip(layout.tops, layout.heights, strict=True))[::2]:
        corner = (EDGE / 2 / page.width, 1 - (top + height / 2) / page.height)
        size = (1 - EDGE / page.width, height / page.height)
        place = page.figure.transFigure
        page.figure.add_artist(Rectangle(corner, *size, transform=place, color=STRIPE, zorder=-1))


def _draw(axes: Axes, forest: Forest, layout: _Layout) -> None:
    from matplotlib.ticker import MaxNLocator

    axes.set(xlim=layout.window, ylim=(layout.bottom, layout.head))
    axes.patch.set_visible(False)
    if forest.too_small:
        axes.axvspan(-forest.too_small, forest.too_small, color=FAINT, linewidth=0, zorder=0)
    axes.axvline(0.0, color=BLACK, linewidth=0.9, zorder=1)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_locator(MaxNLocator(max(2, int(layout.across / 0.5))))
    axes.set_xlabel(
        fitted(forest.unit, layout.across + 1.0, SMALL), fontsize=SMALL, parse_math=False
    )
    for row, top in zip(forest.rows, layout.tops, strict=True):
        if row.delta is None:
            continue
        mark = _MARKS.get(row.verdict, _UNDECIDED)
        if row.low is not None and row.high is not None:
            _interval(axes, row.low, row.high, top, mark.color)
        face = mark.color if mark.filled else "white"
        style: dict[str, Any] = {"markerfacecolor": face, "markeredgecolor": mark.color}
        axes.plot(
            [row.delta], [top], mark.shape, markersize=6.0, markeredgewidth=1.3, zorder=3, **style
        )


def _interval(axes: Axes, low: float, high: float, top: float, color: str) -> None:
    """A line with ends, and with arrows where it goes on beyond the axes."""
    least, most = axes.get_xlim()
    axes.plot(
        [max(low, least), min(high, most)], [top, top], "-", color=color, linewidth=1.4, zorder=2
    )
    for value, arrow in ((low, "<"), (high, ">")):
        inside = least <= value <= most
        place = min(max(value, least), most)
        axes.plot(
            [place],
            [top],
            "|" if inside else arrow,
            color=color,
            markersize=5.0,
            clip_on=False,
            zorder=2,
        )


def window_of(rows: Sequence[ForestRow]) -> tuple[float, float]:
    """The axis' ends: 0, every difference, and intervals unless they are far longer than the others."""
    halves = [
        (row.high - row.low) / 2 for row in rows if row.low is not None and row.high is not None
    ]
    longest = LONGEST * median(halves) if halves else 0.0
    ends = [0.0]
    for row in rows:
        if row.delta is not None:
            ends += [row.delta if row.low is None else max(row.low, row.delta - longest)]
            ends += [row.delta if row.high is None else min(row.high, row.delta + longest)]
    low, high = min(ends), max(ends)
    room = 0.08 * (high - low) or 1.0
    return min(low, -3 * room) - room, max(high, 3 * room) + room


def _direct(page: Page, forest: Forest, layout: _Layout) -> None:
    """Which side of 0 is the better one."""
    low, high = layout.window
    zero = layout.left - low / (high - low) * layout.across
    text, side, step = (
        ("better →", "left", 0.05) if forest.maximize else ("← better", "right", -0.05)
    )
    page.write(zero + step, layout.head - 0.05, text, ha=side, va="bottom", color=NOTE)
