"""An ablation's table as a value: titles, typed cells, footer and unrounded records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ablate.plan.search.types import SearchResult
from ablate.plan.types import AblationPlan, Plan
from ablate.report.analysis import Analysis, analyse, with_noise
from ablate.report.cells import Cell
from ablate.report.columns import columns_of, shown_metrics, usual_properties
from ablate.report.footer import footer_of
from ablate.report.literature import (
    literature_records,
    literature_rows,
    literature_sentences,
)
from ablate.report.notes import notes_of
from ablate.report.property_notes import timed
from ablate.report.records import Record, records_of
from ablate.report.waiting import waiting_rows
from ablate.results import ResultSet
from ablate.spec.columns import USUAL_LAYOUT, Layout


@dataclass(frozen=True, slots=True)
class AblationTable:
    """A table to be rendered: one tuple of cells per row, as many as there are ``columns``.

    ``level`` is that of its heading: 2 for an ablation, 3 for a part of one.
    """

    title: str
    description: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    footer: tuple[str, ...]
    records: tuple[Record, ...]
    level: int = 2


def ablation_table(
    plan: Plan,
    ablation: AblationPlan,
    results: ResultSet,
    searches: Mapping[str, SearchResult] | None = None,
    *,
    layout: Layout = USUAL_LAYOUT,
    measured: bool = False,
) -> AblationTable:
    """The table of an ablation; the same results give the same table, in whatever order they come.

    ``searches`` maps the key of a search to what is recorded of it; ``layout`` is what the study says of its tables;
    ``measured`` adds the time per trial, which differs from run to run and machine to machine.
    """
    analysis = analyse(plan, ablation, results, searches)
    return table_of(analysis, results, layout=layout, measured=measured)


def table_of(
    analysis: Analysis, results: ResultSet, *, layout: Layout, measured: bool = False
) -> AblationTable:
    """As :func:`ablation_table`, of what was compared before."""
    analysis, ablation = with_noise(analysis, results), analysis.ablation
    properties = (*layout.properties, *usual_properties(analysis, layout, measured=measured))
    times = timed(properties)
    notes = notes_of(analysis, timed=bool(times))
    columns = columns_of(analysis, notes, layout, measured=measured)
    shown = shown_metrics(analysis, layout)
    titles = tuple(column.title for column in columns)
    rows = tuple(tuple(column.cell(row) for column in columns) for row in analysis.rows)
    sentences = footer_of(analysis, shown, layout.properties, times=times)
    return AblationTable(
        title=f"{ablation.name} ({ablation.design})",
        description=ablation.description,
        columns=titles,
        rows=(*rows, *waiting_rows(analysis, titles), *literature_rows(ablation, columns)),
        footer=(*sentences, *literature_sentences(ablation), *notes.lines()),
        records=(
            *records_of(analysis, [metric.metric for metric in shown[1:]], properties),
            *literature_records(ablation),
        ),
    )
