"""Accuracy class by class: which classes a row gains and loses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ablate.plan.types import AblationPlan, Plan
from ablate.report.cells import Cell, Mean, NumberFormat, Text
from ablate.report.records import Record
from ablate.report.rows import RowResults, gather
from ablate.report.table import AblationTable
from ablate.results import ResultSet

METRIC = "accuracy"


def per_class_table(plan: Plan, ablation: AblationPlan, results: ResultSet) -> AblationTable | None:
    """One row per class, one column per row of the ablation; ``None`` if no trial recorded any.

    Means over the seeds, on the split of the primary metric, in percent.
    """
    prefix = f"{plan.primary.split}/{METRIC}/"
    rows = gather(plan, ablation, results)
    classes = _classes(rows, prefix)
    if not classes:
        return None
    return AblationTable(
        title=f"{ablation.name}: {prefix.rstrip('/')} per class",
        description="",
        columns=("class", *(row.row.label for row in rows)),
        rows=tuple(_cells(name, prefix, rows) for name in classes),
        footer=_footer(prefix, rows, classes),
        records=tuple(
            _record(ablation.name, row, prefix + name) for row in rows for name in classes
        ),
        level=3,
    )


def _classes(rows: Sequence[RowResults], prefix: str) -> list[str]:
    """The classes in the data set's order, or by name where it is not recorded."""
    names = {
        metric.removeprefix(prefix)
        for row in rows
        for trial in row.finished
        for metric in trial.metrics
        if metric.startswith(prefix)
    }
    order = next((trial.classes for row in rows for trial in row.finished if trial.classes), ())
    places = {name: index for index, name in enumerate(order)}
    return sorted(names, key=lambda name: (places.get(name, len(places)), _natural(name)))


def _natural(name: str) -> tuple[list[tuple[int, str]], str]:
    """An order in which class 10 follows class 9, whatever the locale."""
    parts = re.findall(r"[0-9]+|[^0-9]+", name.casefold())
    return [(int(part), "") if part[0].isdecimal() else (-1, part) for part in parts], name


def _cells(name: str, prefix: str, rows: Iterable[RowResults]) -> tuple[Cell, ...]:
    number = NumberFormat(100.0, 1)
    return (Text(name), *(Mean(row.summary(prefix + name), number) for row in rows))


def _footer(prefix: str, rows: Iterable[RowResults], classes: list[str]) -> tuple[str, ...]:
    sentences = [f"{prefix.rstrip('/')} of each class in percent, mean over the seeds."]
    if any(row.finished and not row.summary(prefix + name).n for row in rows for name in classes):
        sentences.append('"-" means no image of the class in the split.')
    return tuple(sentences)


def _record(ablation: str, row: RowResults, metric: str) -> Record:
    summary = row.summary(metric)
    return Record(
        ablation, row.row.label, metric, len(row.seeds), summary.n, summary.mean, summary.std
    )
