"""Which per-class tables an ablation has: of which rows, over which classes, in which label space."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ablate.report.rows import RowResults
from ablate.report.segmentation import segments
from ablate.report.spaces import class_names, groups_of, label_spaces
from ablate.spec.columns import ClassMetrics
from ablate.spec.primary import Primary


@dataclass(frozen=True, slots=True)
class ClassView:
    """One per-class table to be: ``metrics`` are ``split/metric[@space]``, one or two for each cell.

    ``apart`` says that the ablation's other rows have other classes and hence another table.
    """

    metrics: tuple[Primary, ...]
    rows: tuple[RowResults, ...]
    classes: tuple[str, ...]
    space: str = ""
    apart: bool = False

    @property
    def title(self) -> str:
        """``val/iou@three per class``."""
        names = " / ".join(metric.metric for metric in self.metrics)
        return f"{names} per class{f', {len(self.classes)} classes' if self.apart else ''}"


def views(rows: Sequence[RowResults], split: str, cell: ClassMetrics) -> Iterator[ClassView]:
    """A table for each set of classes that rows tell apart, then one for each label space.

    The first kind is left out where a label space says the same of the same networks.
    """
    metrics = tuple(
        metric.model_copy(update={"metric": f"{split}/{metric.name}"}) for metric in cell.metrics
    )
    within = [_within(space, rows, metrics) for space in label_spaces(rows)]
    spaces = [view for view in within if view.metrics]
    yield from (own for own in _own(rows, metrics) if not any(_says(view, own) for view in spaces))
    yield from spaces


def _own(rows: Sequence[RowResults], metrics: tuple[Primary, ...]) -> list[ClassView]:
    """The networks' own classes; rows of unknown ones stand with those of the data set."""
    source = next((names for row in rows if not groups_of(row) and (names := class_names(row))), ())
    groups: dict[frozenset[str], list[RowResults]] = {}
    for row in rows:
        groups.setdefault(frozenset(class_names(row) or source), []).append(row)
    found = [_view(group, metrics) for group in groups.values()]
    found = [view for view in found if view.metrics]
    return [replace(view, apart=len(found) > 1) for view in found]


def _view(rows: Sequence[RowResults], metrics: tuple[Primary, ...]) -> ClassView:
    recorded = _recorded(rows, metrics)
    order = next((names for row in rows if (names := class_names(row))), ())
    places = {name: index for index, name in enumerate(order)}
    every = any(segments(row.condition.config) for row in rows)  # absent ones too
    found = {name for names in recorded.values() for name in names} | set(order if every else ())
    classes = sorted(found, key=lambda name: (places.get(name, len(places)), _natural(name)))
    return ClassView(tuple(recorded), tuple(rows), tuple(classes))


def _within(space: str, rows: Sequence[RowResults], metrics: tuple[Primary, ...]) -> ClassView:
    """The rows that have values in a label space, and those that have none of anything yet."""
    inside = tuple(
        metric.model_copy(update={"metric": f"{metric.metric}@{space}"}) for metric in metrics
    )
    recorded = _recorded(rows, inside)
    shown = [row for row in rows if not row.finished or _recorded([row], inside)]
    return ClassView(tuple(recorded), tuple(shown), tuple(label_spaces(rows)[space]), space)


def _recorded(
    rows: Sequence[RowResults], metrics: Sequence[Primary]
) -> dict[Primary, frozenset[str]]:
    """The metrics that any finished trial has values of single classes of, and these classes."""
    names = [name for row in rows for trial in row.finished for name in trial.metrics]
    found = {
        metric: frozenset(
            name.removeprefix(f"{metric.metric}/")
            for name in names
            if name.startswith(f"{metric.metric}/")
        )
        for metric in metrics
    }
    return {metric: classes for metric, classes in found.items() if classes}


def _says(view: ClassView, own: ClassView) -> bool:
    """Whether a label space's table holds all that a table of the networks' own classes does."""
    return len(view.metrics) == len(own.metrics) and all(
        row in view.rows and (groups_of(row) or {}) == label_spaces([row])[view.space]
        for row in own.rows
    )


def _natural(name: str) -> tuple[list[tuple[int, str]], str]:
    """An order in which class 10 follows class 9, whatever the locale."""
    parts = re.findall(r"[0-9]+|[^0-9]+", name.casefold())
    return [(int(part), "") if part[0].isdecimal() else (-1, part) for part in parts], name
