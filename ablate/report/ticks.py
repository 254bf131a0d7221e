"""Check marks and crosses: which components each row has."""

from __future__ import annotations

from collections.abc import Iterator

from ablate.plan.designs.base import OFF, ON
from ablate.report.analysis import Analysis, RowAnalysis
from ablate.report.cells import Tick

#: More components, or more characters in all of their names, make a table too wide to read.
MOST_COMPONENTS = 8
MOST_CHARACTERS = 40


def tick_columns(analysis: Analysis) -> tuple[str, ...]:
    """The components that rows switch on and off, each a column; none where that is not what rows do."""
    axes = analysis.ablation.axes
    if not 2 <= len(axes) <= MOST_COMPONENTS or analysis.ablation.waiting:
        return ()
    if sum(map(len, axes)) > MOST_CHARACTERS:
        return ()
    if not all({ON, OFF}.issuperset(levels) for levels in axes.values()):
        return ()
    complete = all(row.results.row.levels.keys() == axes.keys() for row in analysis.rows)
    return tuple(axes) if complete else ()


def tick(row: RowAnalysis, component: str) -> Tick:
    """Whether a row has a component."""
    return Tick(row.results.row.levels[component] == ON)


def tick_sentences(analysis: Analysis) -> Iterator[str]:
    """What a check mark and a cross say."""
    if tick_columns(analysis):
        yield "✓: the row has this change; ✗: it does not."
