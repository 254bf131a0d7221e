"""Panels of learning curves: what they hold, in the unit in which it is drawn, and how a row is drawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ablate.report.figures.page import FONT
from ablate.report.figures.palette import FAINT, REFERENCE, Line
from ablate.report.figures.seed_curves import Curve, SeedCurves
from ablate.report.figures.text import fitted

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: The first tenth of the epochs may begin outside the graph.
EARLY = 0.1

#: Lowest and highest value that is seen.
Window = tuple[float, float]


@dataclass(frozen=True, slots=True)
class CurvePanel:
    """The curves of every row's seeds, of one metric; ``percent`` values of 0 to 1 are written times 100."""

    metric: str
    rows: Mapping[str, Sequence[Curve]]
    percent: bool = False


@dataclass(frozen=True, slots=True)
class ShownPanel:
    """A panel in the unit in which it is drawn; ``last`` is its last epoch."""

    title: str
    rows: Mapping[str, SeedCurves]
    window: Window
    last: int

    @classmethod
    def of(cls, panel: CurvePanel) -> ShownPanel:
        """Its rows over their seeds."""
        scale = 100.0 if panel.percent else 1.0
        rows = {
            label: SeedCurves.of([[(e, v * scale) for e, v in curve] for curve in curves])
            for label, curves in panel.rows.items()
        }
        title = f"{panel.metric} (%)" if panel.percent else panel.metric
        last = max((epoch for row in rows.values() for epoch, _ in row.values), default=1)
        return cls(title, rows, window_of(rows.values(), last), last)

    @property
    def cut(self) -> bool:
        """Whether something lies outside the window."""
        low, high = self.window
        values = (value for row in self.rows.values() for _, value in row.values)
        return any(not low <= value <= high for value in values)


def window_of(rows: Iterable[SeedCurves], last: int) -> Window:
    """Everything, unless the first epochs alone would take more than half of the height."""
    points = [point for row in rows for point in row.values]
    if not points:
        return 0.0, 1.0
    values = [value for _, value in points]
    late = [value for epoch, value in points if epoch > EARLY * last] or values
    low, high = min(values), max(values)
    span = max(late) - min(late)
    if 0 < 2 * span < high - low:
        low, high = max(low, min(late) - span / 4), min(high, max(late) + span / 4)
    room = 0.04 * (high - low) or 0.05 * abs(high) or 1.0
    return low - room, high + room


def draw_row(axes: Axes, row: SeedCurves, line: Line, place: int = 0) -> None:
    """The mean, the band and what single seeds did after it; ``place`` keeps the marks of rows apart."""
    style: dict[str, Any] = {"color": line.color, "linestyle": line.dashes}
    above = 4 if line is REFERENCE else 3
    marks = _marks(len(row.epochs), line, place)
    axes.plot(row.epochs, row.mean, linewidth=line.width, zorder=above, **style, **marks)
    if row.seeds > 1:
        band: dict[str, Any] = {"color": line.color, "alpha": 0.15, "linewidth": 0, "zorder": 1}
        axes.fill_between(row.epochs, row.low, row.high, **band)
    for rest in row.alone:
        axes.plot(*zip(*rest, strict=True), linewidth=0.7, zorder=2, **style)


def _marks(count: int, line: Line, place: int) -> dict[str, Any]:
    """A few marks along the line; a single epoch is nothing else."""
    if count == 1:
        return {"marker": line.marker or "o", "markersize": 4.0}
    step = max(1, count // 5)
    where = list(range((place * step // 5) % step, count, step))
    return {"marker": line.marker, "markersize": 3.6, "markevery": where}


def frame(axes: Axes, panel: ShownPanel, inches: float) -> None:
    """The same window for all rows, whole epochs, faint lines across."""
    from matplotlib.ticker import MaxNLocator

    room = 0.025 * panel.last
    axes.set_xlim(1 - min(room, 0.9), panel.last + room)  # there is no epoch 0
    axes.set_ylim(panel.window)
    ticks = MaxNLocator(max(2, int(inches / 0.5)), integer=True, min_n_ticks=1)
    axes.xaxis.set_major_locator(ticks)
    axes.grid(axis="y", color=FAINT, linewidth=0.6)


def entitle(axes: Axes, text: str, inches: float, **style: Any) -> None:
    """What a graph is of, above its left edge."""
    axes.set_title(fitted(text, inches, FONT), fontsize=FONT, loc="left", parse_math=False, **style)
