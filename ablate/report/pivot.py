"""Two factors read both ways: the levels of one down, of the other across."""

from __future__ import annotations

from collections.abc import Iterator

from ablate.report.analysis import Analysis, RowAnalysis
from ablate.report.cells import Cell, Combination, MeanStd, Text
from ablate.report.columns import with_unit
from ablate.report.factorial import Axis, Factorial, joint_sentences
from ablate.report.number_format import ABSENT, NumberFormat
from ablate.report.table import AblationTable
from ablate.report.wording import counted, seed_list

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
        columns=(down.name, *_titles(across, short[across.name])),
        rows=tuple(map(line, down.levels)),
        footer=tuple(_footer(analysis, factorial)),
        records=(),  # the ablation's own table has them
        level=3,
    )


def _titles(axis: Axis, short: str) -> list[str]:
    """``freeze=encoder``, or the levels of fields that the table's title names together."""
    return [level if len(axis.fields) > 1 else f"{short}={level}" for level in axis.levels]


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
    fewer = {(row.primary.n, len(row.results.seeds)) for row in rows}
    for done, planned in sorted(pair for pair in fewer if pair[0] < pair[1])[:1]:
        yield (
            f"({done}/{planned}): {done} of {counted(planned, 'planned seed')} gave a value; "
            "the table above says why."
        )
    yield from joint_sentences(factorial)
    if factorial.missing:
        yield '"-" alone: a combination that no row has.'
    for row in factorial.outside:
        yield f'"{row.label}" is none of these combinations: {MeanStd(row.primary, number).text}.'
    if any(row.label == analysis.best for row in rows):
        yield "Bold: as in the table above."


def _what(seeds: list[int], *, spread: bool) -> str:
    if spread:
        return f"mean ± std (n - 1) over {seed_list(seeds)}"
    return f"one run each ({seed_list(seeds)})" if len(seeds) == 1 else "means over the seeds"
