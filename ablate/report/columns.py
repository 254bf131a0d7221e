"""The columns of an ablation's table: a title, and a cell for each row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ablate.report.analysis import Analysis, RowAnalysis
from ablate.report.cells import Cell, MeanStd, Seeds, Shared, Text
from ablate.report.compare import Verdict
from ablate.report.comparison_cells import Delta, Judgement, Range, Wins
from ablate.report.levels import factor_columns, found_text, level_text, tuned_columns
from ablate.report.noise_footer import NOISE_TITLE
from ablate.report.notes import Notes, reasons
from ablate.report.number_format import ABSENT, NumberFormat
from ablate.report.property_cells import property_cell
from ablate.report.removal import REMOVAL, removes
from ablate.report.ticks import tick, tick_columns
from ablate.spec.columns import Layout
from ablate.spec.primary import Primary
from ablate.spec.properties import PROPERTIES, Property

#: Rows' names up to this length fit into a column's title.
SHORT_LABEL = 24

#: Splits shown beside the primary metric's own, the first that is recorded.
OTHER_SPLITS = {"test": ("val", "train"), "val": ("test", "train"), "train": ("val",)}


@dataclass(frozen=True, slots=True)
class Column:
    """A title and the cell of a row; ``metrics`` are those that stand in it, from left to right."""

    title: str
    cell: Callable[[RowAnalysis], Cell]
    metrics: tuple[Primary, ...] = ()


#: What stands in a cell: metrics alone, or properties alone.
Shown = tuple[Primary | Property, ...]


def columns_of(
    analysis: Analysis, notes: Notes, layout: Layout, *, measured: bool
) -> tuple[Column, ...]:
    """All columns, from left to right; ``measured`` adds what differs from machine to machine."""
    number = NumberFormat.of(analysis.primary.info)
    columns = [*names_of(analysis), _seeds(notes), _primary(analysis, number)]
    columns += _differences(analysis, number)
    columns += [Column("wins", lambda row: Wins(row.comparison)), _verdict(analysis, notes)]
    columns += [_further(analysis, shown, notes) for shown in further_columns(analysis, layout)]
    usual = usual_properties(analysis, layout, measured=measured)
    columns += [_property(analysis, one, notes) for one in usual]
    return tuple(columns)


def further_columns(analysis: Analysis, layout: Layout) -> tuple[Shown, ...]:
    """What stands in each column beside the primary metric: the layout's, then :func:`_other_split`.

    No column repeats another.
    """
    columns: list[Shown] = [column.metrics or column.properties for column in layout.columns]
    columns += [(metric,) for metric in _other_split(analysis)]
    names = {tuple(map(_name, shown)): shown for shown in columns}
    names.pop((analysis.primary.metric,), None)
    return tuple(names.values())


def _name(shown: Primary | Property) -> str:
    return shown.metric if isinstance(shown, Primary) else shown.name


def usual_properties(analysis: Analysis, layout: Layout, *, measured: bool) -> tuple[Property, ...]:
    """What tables show unasked: parameters where the study names no property, and time where ``measured``."""
    named = layout.properties
    usual = [] if named else ["parameters"]
    usual += ["trial_time"] if measured and PROPERTIES["trial_time"] not in named else []
    found = (PROPERTIES[name] for name in usual)
    return tuple(one for one in found if one.varies or has_measured(analysis, one.recorded))


def shown_metrics(analysis: Analysis, layout: Layout) -> tuple[Primary, ...]:
    """Every metric of the table, each once, the primary first."""
    further = (one for shown in further_columns(analysis, layout) for one in shown)
    found = {one.metric: one for one in further if isinstance(one, Primary)}
    return tuple({analysis.primary.metric: analysis.primary, **found}.values())


def _other_split(analysis: Analysis) -> tuple[Primary, ...]:
    """The primary metric on the first other split that any trial recorded."""
    primary = analysis.primary
    names = [f"{split}/{primary.name}" for split in OTHER_SPLITS[primary.split]]
    recorded = [name for name in names if _is_recorded(analysis, name)]
    return tuple(primary.model_copy(update={"metric": name}) for name in recorded[:1])


def has_measured(analysis: Analysis, name: str) -> bool:
    """Whether any trial measured ``name``."""
    return any(row.results.measured(name).n for row in analysis.rows)


def _is_recorded(analysis: Analysis, metric: str) -> bool:
    return any(row.results.summary(metric).n for row in analysis.rows)


def names_of(analysis: Analysis) -> list[Column]:
    """The columns that say which row it is."""
    columns = [_level(factor) for factor in factor_columns(analysis)]
    columns = columns or [Column("variant", lambda row: Text(row.label))]
    if not factor_columns(analysis):
        columns += [_component(name) for name in tick_columns(analysis)]
    return [*columns, *(_found(field) for field in tuned_columns(analysis))]


def _component(name: str) -> Column:
    return Column(name, lambda row: tick(row, name))


def _level(factor: str) -> Column:
    return Column(factor, lambda row: Text(level_text(row, factor)))


def _found(field: str) -> Column:
    return Column(field, lambda row: Text(found_text(row, field)))


def _seeds(notes: Notes) -> Column:
    def cell(row: RowAnalysis) -> Cell:
        return Seeds(row.primary.n, len(row.results.seeds), reasons(row.missing, notes))

    return Column("seeds", cell)


def _primary(analysis: Analysis, number: NumberFormat) -> Column:
    column = _metric(analysis, analysis.primary, number)

    def cell(row: RowAnalysis) -> Cell:
        return replace(column.cell(row), bold=row.label == analysis.best)

    return replace(column, cell=cell)


def _metric(analysis: Analysis, shown: Primary, number: NumberFormat) -> Column:
    metric = shown.metric
    spread = any(row.results.summary(metric).std is not None for row in analysis.rows)
    title = f"{with_unit(metric, number)} (mean ± std)" if spread else with_unit(metric, number)
    return Column(title, lambda row: MeanStd(row.results.summary(metric), number), (shown,))


def _further(analysis: Analysis, shown: Shown, notes: Notes) -> Column:
    """A column of one metric or property, or of several in one cell."""
    metrics = [one for one in shown if isinstance(one, Primary)]
    properties = [one for one in shown if isinstance(one, Property)]
    if properties:
        return properties_column(analysis, properties, notes)
    return _metrics(analysis, metrics)


def properties_column(analysis: Analysis, properties: Sequence[Property], notes: Notes) -> Column:
    """A column of one property, or of several in one cell."""
    columns = [_property(analysis, one, notes) for one in properties]
    if len(columns) == 1:
        return columns[0]

    def cell(row: RowAnalysis) -> Cell:
        return Shared(tuple(column.cell(row) for column in columns))

    return Column(" / ".join(column.title for column in columns), cell)


def _property(analysis: Analysis, one: Property, notes: Notes) -> Column:
    return Column(one.title, lambda row: property_cell(one, analysis, row, notes))


def _metrics(analysis: Analysis, metrics: Sequence[Primary]) -> Column:
    if len(metrics) == 1:
        (metric,) = metrics
        return _metric(analysis, metric, NumberFormat.of(metric.info))
    numbers = [NumberFormat.short(metric.info) for metric in metrics]

    def cell(row: RowAnalysis) -> Cell:
        found = (row.results.summary(metric.metric) for metric in metrics)
        return Shared(tuple(map(MeanStd, found, numbers)))

    title = shared_title([metric.metric for metric in metrics], numbers)
    spread = any(" ± " in cell(row).text for row in analysis.rows)
    title = f"{title} (mean ± std)" if spread else title
    return Column(title, cell, tuple(metrics))


def with_unit(metric: str, number: NumberFormat) -> str:
    """``val/miou %``."""
    return f"{metric} %" if number.scale == 100.0 else metric


def shared_title(metrics: Sequence[str], numbers: Sequence[NumberFormat]) -> str:
    """The title of a column with several numbers in a cell; a unit that all have stands once.

    >>> shared_title(["val/pixel_ap", "val/miou"], [NumberFormat(100.0, 1)] * 2)
    'val/pixel_ap / val/miou %'
    """
    if len(set(numbers)) == 1:
        return with_unit(" / ".join(metrics), numbers[0])
    return " / ".join(map(with_unit, metrics, numbers))


def _differences(analysis: Analysis, number: NumberFormat) -> list[Column]:
    columns = []
    if any(row.results.row.previous is not None for row in analysis.rows):
        title = "delta to row above"
        columns.append(Column(title, lambda row: Delta(row.rung, number, interval=False)))
    if len(analysis.references) > 1:
        columns.append(
            Column("compared with", lambda row: Text(row.results.row.reference or ABSENT))
        )
    interval = any(row.comparison and row.comparison.low is not None for row in analysis.rows)
    title = f"{_delta_name(analysis)}{' [95 % CI]' if interval else ''}"
    columns.append(Column(title, lambda row: Delta(row.comparison, number)))
    if any(row.noise for row in analysis.rows):
        columns.append(Column(NOISE_TITLE, lambda row: _noise(row, number)))
    return columns


def _noise(row: RowAnalysis, number: NumberFormat) -> Cell:
    return Range(row.noise.low, row.noise.high, number) if row.noise else Text(ABSENT)


def _delta_name(analysis: Analysis) -> str:
    return REMOVAL if removes(analysis) else f"delta to {reference_name(analysis)}"


def reference_name(analysis: Analysis) -> str:
    """The reference's own name where one row is the reference of all and its name is shown."""
    named = len(analysis.references) == 1 and not factor_columns(analysis)
    if named and len(analysis.references[0]) <= SHORT_LABEL:
        return analysis.references[0]
    return "reference"


def _verdict(analysis: Analysis, notes: Notes) -> Column:
    unnamed = reference_name(analysis) == "reference"

    def cell(row: RowAnalysis) -> Cell:
        if unnamed and row.results.row.reference is None:
            return Text("reference")
        if row.results.pruned:
            return Text(row.verdict)
        if row.other_classes:
            return Judgement(Verdict.OTHER_CLASSES, notes.number(row.other_classes))
        if row.comparison is None:
            return Judgement(None)
        return Judgement(row.comparison.verdict, notes.number(row.comparison.note))

    return Column("verdict", cell)
