"""How the rows of an ablation are configured: every field in which two of them differ, and what the study asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ablate.plan.types import AblationPlan
from ablate.report.analysis import Analysis, RowAnalysis
from ablate.report.cells import Cell, Text
from ablate.report.columns import Column, properties_column
from ablate.report.notes import Notes, notes_of
from ablate.report.number_format import ABSENT
from ablate.report.property_notes import property_sentences, timed
from ablate.report.records import Record, property_record
from ablate.report.searching import tuned_fields
from ablate.report.setting_values import Fields, compact, differing, fields_of, whole
from ablate.report.sharing import sharing_sentence
from ablate.report.table import AblationTable
from ablate.spec.columns import Detail
from ablate.spec.properties import Property
from ablate.spec.text import show_value

#: Longer values are cut in the table, and stand in full in CSV.
MOST_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class _Setting:
    """A column, and the records of a row's cell in it."""

    column: Column
    records: Callable[[RowAnalysis], Sequence[Record]]


def has_settings(ablation: AblationPlan, details: Sequence[Detail]) -> bool:
    """Whether a table of settings is wanted: of ``variants``, whose names alone say nothing, and with ``details``."""
    return bool(details) or ablation.design == "variants"


def settings_table(analysis: Analysis, details: Sequence[Detail]) -> AblationTable | None:
    """What each row sets: the ``details`` that a study names, then the other fields in which two rows differ.

    ``None`` where there is nothing to show.
    """
    if not has_settings(analysis.ablation, details):
        return None
    notes = notes_of(analysis, timed=bool(timed(_properties(details))))
    settings = [*_named(analysis, details, notes), *_differing(analysis, details)]
    if not settings:
        return None
    columns = [Column("variant", lambda row: Text(row.label)), *(one.column for one in settings)]
    return AblationTable(
        title=f"{analysis.ablation.name}: {'details' if details else 'what differs'}",
        description="",
        columns=tuple(column.title for column in columns),
        rows=tuple(tuple(column.cell(row) for column in columns) for row in analysis.rows),
        footer=tuple(_footer(analysis, _properties(details), notes)),
        records=tuple(r for row in analysis.rows for one in settings for r in one.records(row)),
        level=3,
    )


def _properties(details: Sequence[Detail]) -> tuple[Property, ...]:
    return tuple(dict.fromkeys(one for detail in details for one in detail.properties))


def _named(analysis: Analysis, details: Sequence[Detail], notes: Notes) -> Iterator[_Setting]:
    for detail in details:
        if detail.field:
            yield _field(analysis, detail.field)
        else:
            yield _of_properties(analysis, detail.properties, notes)


def _differing(analysis: Analysis, details: Sequence[Detail]) -> Iterator[_Setting]:
    known = {detail.field for detail in details} | set(tuned_fields(analysis.searches))
    for field in differing([row.results.condition.config for row in analysis.rows]):
        if field not in known:
            yield _field(analysis, field)


def _of_properties(analysis: Analysis, properties: Sequence[Property], notes: Notes) -> _Setting:
    return _Setting(
        properties_column(analysis, properties, notes),
        lambda row: [property_record(analysis, row, one) for one in properties],
    )


def _field(analysis: Analysis, field: str) -> _Setting:
    rows = {row.label: fields_of(row.results.condition.config) for row in analysis.rows}
    texts = _texts(field, rows)

    def cell(row: RowAnalysis) -> Cell:
        return Text(texts.get(row.label, ABSENT))

    def records(row: RowAnalysis) -> Sequence[Record]:
        own, seeds = rows[row.label], len(row.results.seeds)
        text = whole(own[field]) if field in own else ""
        return [Record(analysis.ablation.name, row.label, field, seeds, 0, None, None, text=text)]

    return _Setting(Column(field, cell), records)


def _texts(field: str, rows: Mapping[str, Fields]) -> Mapping[str, str]:
    """The text of each row that has the field: cut, unless that made different values look the same."""
    full = {label: compact(row[field]) for label, row in rows.items() if field in row}
    cut = {label: show_value(text, MOST_CHARACTERS) for label, text in full.items()}
    return cut if len(set(cut.values())) == len(set(full.values())) else full


def _footer(analysis: Analysis, properties: Sequence[Property], notes: Notes) -> Iterator[str]:
    yield from property_sentences(analysis, properties)
    if sharing := sharing_sentence(analysis, timed(properties)):
        yield sharing
    if timed(properties):
        yield from notes.lines()
