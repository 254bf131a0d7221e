"""The columns of an ablation's table: a title, and a cell for each row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from ablate.report.analysis import Analysis, RowAnalysis
from ablate.report.cells import (
    ABSENT,
    Cell,
    Count,
    Delta,
    Duration,
    Judgement,
    MeanStd,
    NumberFormat,
    Seeds,
    Text,
    Wins,
)
from ablate.report.levels import factor_columns, found_text, level_text, tuned_columns
from ablate.report.notes import Notes, reasons
from ablate.report.sharing import sharing_note

#: Rows' names up to this length fit into a column's title.
SHORT_LABEL = 24

#: Splits shown beside the primary metric's own, the first that is recorded.
OTHER_SPLITS = {"test": ("val", "train"), "val": ("test", "train"), "train": ("val",)}


@dataclass(frozen=True, slots=True)
class Column:
    """A title and the cell of a row."""

    title: str
    cell: Callable[[RowAnalysis], Cell]


def columns_of(analysis: Analysis, notes: Notes, *, measured: bool) -> tuple[Column, ...]:
    """All columns, from left to right; ``measured`` adds what differs from machine to machine."""
    number = NumberFormat.of(analysis.primary.info)
    columns = [*_names(analysis), _seeds(notes), _primary(analysis, number)]
    columns += _differences(analysis, number)
    columns += [Column("wins", lambda row: Wins(row.comparison)), _verdict(analysis, notes)]
    columns += [_metric(analysis, metric, number) for metric in secondary_metrics(analysis)]
    if has_measured(analysis, "parameters"):
        columns.append(Column("parameters", _parameters))
    if measured:
        columns.append(_duration(analysis, notes))
    return tuple(columns)


def secondary_metrics(analysis: Analysis) -> tuple[str, ...]:
    """The primary metric on the first other split that any trial recorded."""
    primary = analysis.primary
    names = [f"{split}/{primary.name}" for split in OTHER_SPLITS[primary.split]]
    return tuple(name for name in names if _is_recorded(analysis, name))[:1]


def has_measured(analysis: Analysis, name: str) -> bool:
    """Whether any trial measured ``name``."""
    return any(row.results.measured(name).n for row in analysis.rows)


def _is_recorded(analysis: Analysis, metric: str) -> bool:
    return any(row.results.summary(metric).n for row in analysis.rows)


def _names(analysis: Analysis) -> list[Column]:
    columns = [_level(factor) for factor in factor_columns(analysis)]
    columns = columns or [Column("variant", lambda row: Text(row.label))]
    return [*columns, *(_found(field) for field in tuned_columns(analysis))]


def _level(factor: str) -> Column:
    return Column(factor, lambda row: Text(level_text(row, factor)))


def _found(field: str) -> Column:
    return Column(field, lambda row: Text(found_text(row, field)))


def _seeds(notes: Notes) -> Column:
    def cell(row: RowAnalysis) -> Cell:
        return Seeds(row.primary.n, len(row.results.seeds), reasons(row.missing, notes))

    return Column("seeds", cell)


def _primary(analysis: Analysis, number: NumberFormat) -> Column:
    column = _metric(analysis, analysis.primary.metric, number)

    def cell(row: RowAnalysis) -> Cell:
        return replace(column.cell(row), bold=row.label == analysis.best)

    return Column(column.title, cell)


def _metric(analysis: Analysis, metric: str, number: NumberFormat) -> Column:
    unit = " %" if number.scale == 100.0 else ""
    spread = any(row.results.summary(metric).std is not None for row in analysis.rows)
    title = f"{metric}{unit} (mean ± std)" if spread else f"{metric}{unit}"
    return Column(title, lambda row: MeanStd(row.results.summary(metric), number))


def _differences(analysis: Analysis, number: NumberFormat) -> list[Column]:
    columns = []
    if any(row.results.row.previous is not None for row in analysis.rows):
        title = "delta to rung above"
        columns.append(Column(title, lambda row: Delta(row.rung, number, interval=False)))
    if len(analysis.references) > 1:
        columns.append(
            Column("compared with", lambda row: Text(row.results.row.reference or ABSENT))
        )
    interval = any(row.comparison and row.comparison.low is not None for row in analysis.rows)
    title = f"delta to {_reference_name(analysis)}{' [95 % CI]' if interval else ''}"
    return [*columns, Column(title, lambda row: Delta(row.comparison, number))]


def _reference_name(analysis: Analysis) -> str:
    """The reference's own name where one row is the reference of all and its name is shown."""
    named = len(analysis.references) == 1 and not factor_columns(analysis)
    if named and len(analysis.references[0]) <= SHORT_LABEL:
        return analysis.references[0]
    return "reference"


def _verdict(analysis: Analysis, notes: Notes) -> Column:
    unnamed = _reference_name(analysis) == "reference"

    def cell(row: RowAnalysis) -> Cell:
        if unnamed and row.results.row.reference is None:
            return Text("reference")
        if row.results.pruned:
            return Text(row.verdict)
        if row.comparison is None:
            return Judgement(None)
        return Judgement(row.comparison.verdict, notes.number(row.comparison.note))

    return Column("verdict", cell)


def _parameters(row: RowAnalysis) -> Cell:
    mean = row.results.measured("parameters").mean
    return Count(None if mean is None else round(mean))


def _duration(analysis: Analysis, notes: Notes) -> Column:
    def cell(row: RowAnalysis) -> Cell:
        number = notes.number(sharing_note(analysis, row))
        return Duration(row.results.measured("duration_s").mean, number)

    return Column("time/trial", cell)
