"""The rows that two studies have in common."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ablate.report.cells import Cell, MeanStd, Text
from ablate.report.columns import with_unit
from ablate.report.comparing.metrics import compared, known_metric
from ablate.report.comparing.obstacles import obstacles, remarks
from ablate.report.comparing.side import Side
from ablate.report.comparison_cells import Delta
from ablate.report.number_format import ABSENT, NumberFormat
from ablate.report.table import AblationTable
from ablate.report.wording import counted


@dataclass(frozen=True, slots=True)
class PairedRows:
    """A row of each study; ``same`` says that their configurations are one, else it is their label that is."""

    first: Side
    second: Side
    same: bool


def rows_table(pairs: Sequence[PairedRows]) -> AblationTable:
    """The primary metric of the first study in both, row by row; never a verdict on rows of different studies."""
    metric = known_metric(pairs[0].first, pairs[0].first.primary.metric)
    number = NumberFormat.of(metric.info)
    unit = with_unit(metric.metric, number)
    return AblationTable(
        title="Rows of both",
        description="",
        columns=("row", "the same", f"A: {unit}", f"B: {unit}", "B - A [95 % CI]", "seeds"),
        rows=tuple(_line(pair, number) for pair in pairs),
        footer=tuple(_footer(pairs)),
        records=(),
    )


def _line(pair: PairedRows, number: NumberFormat) -> tuple[Cell, ...]:
    metric = pair.first.primary
    matched = _matched(pair)
    return (
        Text(_label(pair)),
        Text("configuration" if pair.same else "label"),
        MeanStd(pair.first.summary(metric.metric), number),
        MeanStd(pair.second.summary(metric.metric), number),
        Delta(compared(matched.first, matched.second, metric), number),
        Text(_seeds(pair)),
    )


def _label(pair: PairedRows) -> str:
    titles = dict.fromkeys((pair.first.title, pair.second.title))
    return " = ".join(titles)


def _matched(pair: PairedRows) -> PairedRows:
    """Both with the seeds that both have, if there are any: those are paired."""
    common = tuple(seed for seed in pair.first.seeds if seed in pair.second.seeds)
    if not common:
        return pair
    return PairedRows(_only(pair.first, common), _only(pair.second, common), pair.same)


def _only(side: Side, seeds: tuple[int, ...]) -> Side:
    trials = tuple(trial for trial in side.trials if trial.seed in seeds)
    return replace(side, seeds=tuple(sorted(seeds)), trials=trials)


def _seeds(pair: PairedRows) -> str:
    """How the seeds of both belong together: ``3 paired``, ``3 paired of 3 and 5``, ``3 and 2, unpaired``."""
    mine, theirs = ({trial.seed for trial in side.trials} for side in _sides(pair))
    if not mine or not theirs:
        return ABSENT
    both = len(mine & theirs)
    if not both:
        return f"{len(mine)} and {len(theirs)}, unpaired"
    return f"{both} paired" if mine == theirs else f"{both} paired of {len(mine)} and {len(theirs)}"


def _footer(pairs: Sequence[PairedRows]) -> Iterator[str]:
    yield (
        "B - A: mean of the differences between runs with the same seed; where no seed is the same, difference of the "
        "means. No verdict: rows of two studies are no ablation."
    )
    found: dict[str, list[str]] = {}
    for pair in pairs:
        reasons = [f"not comparable: {one}" for one in obstacles(*_sides(pair), pair.first.primary)]
        for reason in (*reasons, *remarks(*_sides(pair))):
            found.setdefault(reason, []).append(_label(pair))
    for reason, labels in found.items():
        rows = "every row" if len(labels) == len(pairs) else counted(len(labels), "row")
        named = f": {'; '.join(labels)}" if len(labels) < len(pairs) else ""
        yield f"{reason} ({rows}{named})"


def _sides(pair: PairedRows) -> tuple[Side, Side]:
    return pair.first, pair.second
