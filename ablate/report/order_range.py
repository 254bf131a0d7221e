"""Components whose gain depends on what is there already: added first against removed last."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from ablate.plan.designs.base import OFF
from ablate.plan.types import Plan, Row
from ablate.report.analysis import Analysis
from ablate.report.cells import Cell, Text
from ablate.report.compare import Comparison, compare
from ablate.report.comparison_cells import Delta
from ablate.report.estimate_table import unit_of
from ablate.report.number_format import ABSENT, NumberFormat
from ablate.report.records import Record
from ablate.report.rows import RowResults, gather
from ablate.report.spaces import comparable
from ablate.report.table import AblationTable
from ablate.results import ResultSet


@dataclass(frozen=True, slots=True)
class _Gain:
    """What a component gives when nothing else is there, and when everything else is."""

    name: str
    first: Comparison | None
    last: Comparison | None


def order_table(plan: Plan, analysis: Analysis, results: ResultSet) -> AblationTable | None:
    """The gain of each part of a leave-one-out when it is added first and when it is removed from the whole.

    The first comes from rows of any ablation of the study that have one part alone. ``None`` where there is none.
    """
    removed = _removed(analysis)
    alone = _alone(plan, analysis, removed, results) if removed else {}
    gains = tuple(_gains(plan, analysis, removed, alone))
    if not any(gain.first and gain.last for gain in gains):
        return None
    number = NumberFormat.of(analysis.primary.info)
    return AblationTable(
        title=f"{analysis.ablation.name}: added first, removed last",
        description="",
        columns=(
            "component",
            "range",
            f"added first{_interval(gains)}",
            f"removed last{_interval(gains)}",
        ),
        rows=tuple(
            (
                Text(gain.name),
                _range(gain, number),
                Delta(gain.first, number),
                Delta(gain.last, number),
            )
            for gain in gains
        ),
        footer=tuple(_footer(analysis, gains)),
        records=tuple(_records(analysis, gains)),
        level=3,
    )


def _removed(analysis: Analysis) -> dict[str, RowResults]:
    """Component to the row that lacks it alone, of a leave-one-out."""
    if analysis.ablation.design != "leave-one-out" or analysis.ablation.waiting:
        return {}
    found = {}
    for row in analysis.rows:
        off = [name for name, level in row.results.row.levels.items() if level == OFF]
        if len(off) == 1:
            found[off[0]] = row.results
    return found


def _alone(
    plan: Plan, analysis: Analysis, removed: Mapping[str, RowResults], results: ResultSet
) -> dict[str, RowResults]:
    """Component to what is recorded with nothing but it, and the baseline under an empty name."""
    full = analysis.rows[0].results.condition.changes
    parts = {name: _part(full, row.condition.changes) for name, row in removed.items()}
    together = {field: value for part in parts.values() for field, value in part.items()}
    if together != dict(full):
        return {}  # parts that overlap, or another starting point than the baseline
    wanted = {"": {}, **parts}
    planned = {trial.condition for trial in plan.trials}
    keys = {
        name: key
        for name, part in wanted.items()
        for key, condition in plan.conditions.items()
        if not condition.stage and key in planned and dict(condition.changes) == part
    }
    rows = tuple(Row(name, key, None) for name, key in keys.items())
    return {
        row.row.label: row
        for row in gather(plan, replace(analysis.ablation, rows=rows, pruner=None), results)
    }


def _part(full: Mapping[str, object], without: Mapping[str, object]) -> dict[str, object]:
    return {field: value for field, value in full.items() if without.get(field) != value}


def _gains(
    plan: Plan,
    analysis: Analysis,
    removed: Mapping[str, RowResults],
    alone: Mapping[str, RowResults],
) -> Iterator[_Gain]:
    full = analysis.rows[0].results
    for name, without in removed.items():
        yield _Gain(
            name,
            _difference(alone.get(name), alone.get(""), analysis),
            _difference(full, without, analysis),
        )


def _difference(
    row: RowResults | None, other: RowResults | None, analysis: Analysis
) -> Comparison | None:
    if row is None or other is None or not comparable(row, other, analysis.primary):
        return None
    metric = analysis.primary.metric
    return compare(row.values(metric), other.values(metric), maximize=analysis.primary.maximize)


def _range(gain: _Gain, number: NumberFormat) -> Cell:
    if gain.first is None or gain.last is None:
        return Text(ABSENT)
    low, high = sorted((gain.first.delta, gain.last.delta))
    return Text(f"{number.signed(low)} to {number.signed(high)}")


def _interval(gains: tuple[_Gain, ...]) -> str:
    found = (one for gain in gains for one in (gain.first, gain.last) if one is not None)
    return " [95 % CI]" if any(one.low is not None for one in found) else ""


def _footer(analysis: Analysis, gains: tuple[_Gain, ...]) -> Iterator[str]:
    yield (
        "added first: the component alone minus the baseline; removed last: everything on minus everything but it "
        "(the cost of removing, its sign turned). "
        f"Both of {analysis.primary.metric}{unit_of(analysis)}, the mean difference between runs of the same seed."
    )
    yield "range: what a component gives depends on what is there already; other orders may lie outside."
    if _interval(gains):
        yield "[low, high]: 95 % confidence interval (Student's t, paired by seed); not tested."
    if not analysis.primary.maximize:
        yield f"Lower {analysis.primary.metric} is better."


def _records(analysis: Analysis, gains: tuple[_Gain, ...]) -> Iterator[Record]:
    seeds = len(analysis.rows[0].results.seeds)
    for gain in gains:
        for kind, one in (("added_first", gain.first), ("removed_last", gain.last)):
            if one is not None:
                metric = f"{kind}/{analysis.primary.metric}"
                record = Record(
                    analysis.ablation.name, gain.name, metric, seeds, one.n_pairs, None, None
                )
                yield replace(record, delta=one.delta, low=one.low, high=one.high)
