"""Rows that others have published: shown below the study's own, and compared with nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ablate.plan.types import AblationPlan, LiteratureRow
from ablate.report.cells import Cell, MeanStd, Shared, Text
from ablate.report.columns import Column
from ablate.report.number_format import ABSENT, NumberFormat
from ablate.report.records import Record
from ablate.report.rows import Summary
from ablate.report.wording import counted
from ablate.spec.primary import Primary

#: Follows the label of every such row.
MARK = "†"
VERDICT = "literature"

_MEANING = (
    f"{MARK} {VERDICT}: published by others, whose setting, data and seeds are their own; hence no difference, "
    "no verdict, and no part in any comparison or correction."
)


def literature_rows(
    ablation: AblationPlan, columns: Sequence[Column]
) -> tuple[tuple[Cell, ...], ...]:
    """A row each: its marked label first, its value in the column of its metric, else ``-``."""
    return tuple(
        (Text(f"{row.label} {MARK}"), *(_cell(row, column) for column in columns[1:]))
        for row in ablation.literature
    )


def literature_sentences(ablation: AblationPlan) -> Iterator[str]:
    """What the mark means, and the source of each row."""
    if ablation.literature:
        yield _MEANING
    for row in ablation.literature:
        yield f"{MARK} {row.label}{_basis(row)}: {row.source}"


def literature_records(ablation: AblationPlan) -> Iterator[Record]:
    """The published values; the verdict marks them, and the text is their source."""
    for row in ablation.literature:
        runs = row.n or 0
        yield Record(
            ablation=ablation.name,
            row=row.label,
            metric=row.metric,
            seeds=runs,
            n=runs,
            mean=row.value,
            std=row.std,
            verdict=VERDICT,
            text=row.source,
        )


def _cell(row: LiteratureRow, column: Column) -> Cell:
    if column.title == "verdict":
        return Text(VERDICT)
    if row.metric not in {metric.metric for metric in column.metrics}:
        return Text(ABSENT)
    if len(column.metrics) == 1:
        return _value(row, NumberFormat.of(column.metrics[0].info))
    return Shared(tuple(_part(row, metric) for metric in column.metrics))


def _part(row: LiteratureRow, metric: Primary) -> Cell:
    if metric.metric != row.metric:
        return Text(ABSENT)
    return _value(row, NumberFormat.short(metric.info))


def _value(row: LiteratureRow, number: NumberFormat) -> Cell:
    return MeanStd(Summary(row.n or 1, row.value, row.std), number)


def _basis(row: LiteratureRow) -> str:
    """What the value is the mean of, where the source says it."""
    if row.n == 1:
        return " (1 run)"
    if row.n is not None:
        mean = "mean ± std" if row.std is not None else "mean"
        return f" ({mean} of {counted(row.n, 'run')})"
    return " (mean ± std)" if row.std is not None else ""
