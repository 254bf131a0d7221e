"""Metrics of single classes, of two sides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ablate.report.cells import Cell, Mean, Text
from ablate.report.columns import with_unit
from ablate.report.comparing.metrics import compared
from ablate.report.comparing.side import Side
from ablate.report.comparison_cells import Delta
from ablate.report.number_format import NumberFormat
from ablate.report.table import AblationTable
from ablate.spec.primary import Primary


def class_tables(first: Side, second: Side, *, judged: bool) -> Iterator[AblationTable]:
    """A table for each metric that some side recorded of single classes, on the split of the primary metric.

    ``judged``: of rows with several seeds.
    """
    found: dict[str, dict[str, None]] = {}
    for name in (*first.metrics, *second.metrics):
        split, metric, label = (*name.split("/", 2), "", "")[:3]
        if label and split == first.primary.split:
            found.setdefault(f"{split}/{metric}", {})[label] = None
    for metric, labels in sorted(found.items()):
        table = _table(first, second, metric, _ordered(first, second, labels))
        yield table if judged else replace(table, footer=())


def _ordered(first: Side, second: Side, labels: dict[str, None]) -> list[str]:
    """In the order of the classes, where that is known."""
    order = [*first.classes, *second.classes]
    known = [label for label in dict.fromkeys(order) if label in labels]
    return [*known, *sorted(labels.keys() - set(known))]


def _table(first: Side, second: Side, metric: str, labels: list[str]) -> AblationTable:
    number = NumberFormat.short(Primary(metric=metric).info)
    rows: list[tuple[Cell, ...]] = []
    for label in labels:
        one = Primary(metric=f"{metric}/{label}")
        values = (Mean(side.summary(one.metric), number) for side in (first, second))
        delta = Delta(compared(first, second, one), number, interval=False)
        rows.append((Text(label), *values, delta))
    return AblationTable(
        title=f"{with_unit(metric, number)} per class",
        description="",
        columns=("class", "A", "B", "B - A"),
        rows=tuple(rows),
        footer=("Means over the seeds; differences of single classes are not tested.",),
        records=(),
        level=3,
    )
