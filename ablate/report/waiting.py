"""Rows of a table that do not exist yet: their configuration is still being searched for."""

from __future__ import annotations

from collections.abc import Sequence

from ablate.plan.search.types import SearchResult
from ablate.report.analysis import Analysis
from ablate.report.cells import Cell, Text
from ablate.report.number_format import ABSENT
from ablate.report.searching import outcome, progress


def waiting_rows(analysis: Analysis, titles: Sequence[str]) -> tuple[tuple[Cell, ...], ...]:
    """A row for each label that waits: its name, what it waits for in place of its seeds, else ``-``."""
    return tuple(
        tuple(_cell(title, label, analysis.searches) for title in titles)
        for label in analysis.ablation.waiting
    )


def _cell(title: str, label: str, searches: Sequence[SearchResult]) -> Cell:
    if title == "variant":
        return Text(label)
    return Text(_reason(label, searches) if title == "seeds" else ABSENT)


def _reason(label: str, searches: Sequence[SearchResult]) -> str:
    """What a row waits for; a search that is not the ablation's own has its progress elsewhere."""
    own = [result for result in searches if result.plan.row == label]
    if not own:
        return "waiting for a search"
    (result, *_) = own
    if result.finished and result.best is None:
        return f"nothing found ({progress(result)}: {outcome(result)})"
    return f"waiting for the search ({progress(result)})"
