"""Two factors read both ways: the levels of one down, of the other across."""

from __future__ import annotations

from collections.abc import Iterator

from ablate.report.analysis import Analysis, RowAnalysis
from ablate.report.cells import ABSENT, Cell, Combination, MeanStd, NumberFormat, Text
from ablate.report.columns import with_unit
from ablate.report.effects import also_sentences
from ablate.report.factorial import Factorial
from ablate.report.table import AblationTable
from ablate.report.wording import seed_list

#: More columns than these do not fit beside each other.
MOST_ACROSS = 8


def pivot_table(analysis: Analysis, factorial: Factorial) -> AblationTable | None:
    """The primary metric of every combination of two factors; ``None`` of more factors, or before there is a value."""
    if len(factorial.axes) != 2 or not factorial.has_values:
        return None
    turned = len(factorial.axes[1].levels) > len(factorial.axes[0].levels)
    down, across = factorial.axes[::-1] if turned else factorial.axes
    if len(across.levels) > MOST_ACROSS:
        return None
    short = dict(zip((axis.name for axis in factorial.axes), factorial.short, strict=True))

    def line(level: str) -> tuple[Cell, ...]:
        keys = ((other, level) if turned else (level, other) for other in across.levels)
        return Text(level), *(_cell(analysis, factorial.cells.get(key)) for key in keys)

    return AblationTable(
        title=f"{analysis.ablation.name}: {down.name} × {across.name}",
        description="",
        columns=(down.name, *(f"{short[across.name]}={level}" for level in across.levels)),
        rows=tuple(map(line, down.levels)),
        footer=tuple(_footer(analysis, factorial)),
        records=(),  # the ablation's own table has them
        level=3,
    )


def _cell(analysis: Analysis, row: RowAnalysis | None) -> Cell:
    if row is None:
        return Text(ABSENT)
    number = NumberFormat.of(analysis.primary.info)
    best = row.label == analysis.best
    return Combination(row.primary, len(row.results.seeds), number, bold=best)


def _footer(analysis: Analysis, factorial: Factorial) -> Iterator[str]:
    rows = factorial.cells.values()
    number = NumberFormat.of(analysis.primary.info)
    seeds = sorted({seed for row in rows for seed in row.results.seeds})
    spread = any(row.primary.std is not None for row in rows)
    yield f"{with_unit(analysis.primary.metric, number)}: {_what(seeds, spread=spread)}."
    if any(0 < row.primary.n < len(row.results.seeds) for row in rows):
        yield "(2/3): only so many of the planned seeds gave a value; the table above says why."
    if any(not row.primary.n for row in rows):
        yield '"-" with (0/3): planned, but no seed gave a value.'
    yield from also_sentences(factorial)
    for cell in factorial.missing:
        levels = zip((axis.name for axis in factorial.axes), cell, strict=True)
        yield f'"-" alone: no row has {" with ".join(f"{name}={level}" for name, level in levels)}.'
    for row in factorial.outside:
        yield f'"{row.label}" is none of these combinations: {MeanStd(row.primary, number).text}.'
    if any(row.label == analysis.best for row in rows):
        yield "Bold: as in the table above."


def _what(seeds: list[int], *, spread: bool) -> str:
    if spread:
        return f"mean ± std (n - 1) over {seed_list(seeds)}"
    return f"one run each ({seed_list(seeds)})" if len(seeds) == 1 else "means over the seeds"
