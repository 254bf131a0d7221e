"""What each component is worth: shared out exactly where all their subsets are there, else as a range."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ablate.plan.designs.base import OFF, ON
from ablate.plan.types import Contrast
from ablate.report.analysis import Analysis
from ablate.report.cells import Seeds, Text
from ablate.report.compare import Comparison, compare
from ablate.report.comparison_cells import Delta
from ablate.report.estimate_table import unit_of
from ablate.report.estimates import seed_values, weighed
from ablate.report.factorial import Axis, Factorial
from ablate.report.number_format import NumberFormat
from ablate.report.records import Record
from ablate.report.statistics import shapley_weights
from ablate.report.table import AblationTable
from ablate.report.wording import seed_list

#: Of fewer components, main effects are Shapley values already.
LEAST_COMPONENTS = 3

#: The line below the components: everything on minus nothing.
SUM = "sum: all on - none"

#: Levels that say no more than that a component is there or not.
_SWITCHES = ({OFF, ON}, {"false", "true"})


def shapley_table(analysis: Analysis, factorial: Factorial) -> AblationTable | None:
    """Each component's exact Shapley value; ``None`` unless rows are all subsets of three components or more.

    The reference is the row without any of them.
    """
    found = _components(factorial)
    if found is None or any(row.other_classes for row in factorial.cells.values()):
        return None
    contrasts = (*_shares(factorial, found), _whole(factorial))
    lines = _estimates(analysis, contrasts)
    if lines is None:
        return None
    used, planned = lines[-1][1].n_pairs, len(_seeds(analysis))
    number = NumberFormat.of(analysis.primary.info)
    interval = " [95 % CI]" if lines[-1][1].low is not None else ""
    return AblationTable(
        title=f"{analysis.ablation.name}: Shapley values",
        description="",
        columns=("component", "seeds", f"Shapley value{interval}"),
        rows=tuple((Text(name), Seeds(used, planned), Delta(one, number)) for name, one in lines),
        footer=tuple(_footer(analysis, factorial, lines[-1][1])),
        records=tuple(_record(analysis, name, one, planned) for name, one in lines),
        level=3,
    )


def _components(factorial: Factorial) -> dict[str, Axis] | None:
    """Name of each component to its axis, where every factor is one, which the reference lacks."""
    base = factorial.base
    if len(factorial.axes) < LEAST_COMPONENTS or factorial.missing or base is None:
        return None
    if base.results.row.reference is not None:
        return None
    if any(len(axis.levels) != 2 for axis in factorial.axes):
        return None
    return {
        _name(short, axis): axis
        for short, axis in zip(factorial.short, factorial.axes, strict=True)
    }


def _name(short: str, axis: Axis) -> str:
    (other,) = set(axis.levels) - {axis.base}
    return short if set(axis.levels) in _SWITCHES else f"{short}={other}"


def _shares(factorial: Factorial, components: Mapping[str, Axis]) -> Iterator[Contrast]:
    for name in components:
        weights = shapley_weights(name, components)
        labels = (
            factorial.cells[
                tuple(
                    _level(axis, on=component in subset) for component, axis in components.items()
                )
            ].label
            for subset in weights
        )
        yield Contrast(name, tuple(zip(labels, weights.values(), strict=True)))


def _whole(factorial: Factorial) -> Contrast:
    none, every = (
        factorial.cells[tuple(_level(axis, on=on) for axis in factorial.axes)].label
        for on in (False, True)
    )
    return Contrast(SUM, ((every, 1.0), (none, -1.0)))


def _level(axis: Axis, *, on: bool) -> str:
    (other,) = set(axis.levels) - {axis.base}
    return other if on else axis.base


def _estimates(
    analysis: Analysis, contrasts: tuple[Contrast, ...]
) -> tuple[tuple[str, Comparison], ...] | None:
    """Over the seeds that every row has, so that the values add up; ``None`` if there is none."""
    values = seed_values(analysis)
    rows = [values[label] for label, _ in contrasts[0].weights]
    common = {seed for seed in rows[0] if all(row.get(seed) is not None for row in rows)}
    kept = {
        label: {seed: value for seed, value in row.items() if seed in common}
        for label, row in values.items()
    }
    found = []
    for contrast in contrasts:
        one = compare(*weighed(contrast, kept), maximize=analysis.primary.maximize)
        if one is None:
            return None
        found.append((contrast.name, one))
    return tuple(found)


def _seeds(analysis: Analysis) -> set[int]:
    return {seed for row in analysis.rows for seed in row.results.seeds}


def _footer(analysis: Analysis, factorial: Factorial, whole: Comparison) -> Iterator[str]:
    count = len(factorial.axes)
    yield (
        f"Shapley value: what a component adds to {analysis.primary.metric}{unit_of(analysis)}, averaged over all "
        f"orders of adding the {count}; exact, from all {2**count} combinations."
    )
    yield (
        f"Computed within each seed and averaged over {seed_list(sorted(_seeds(analysis)))}; the values "
        "add up to all on minus none."
    )
    if whole.n_pairs < len(_seeds(analysis)):
        yield "seeds: a seed counts where every combination has a value."
    if whole.low is not None:
        yield (
            "[low, high]: 95 % confidence interval (Student's t over the seeds), each taken alone: no verdict, since "
            "nothing is corrected for the number of components."
        )
    if not analysis.primary.maximize:
        yield f"Lower {analysis.primary.metric} is better."


def _record(analysis: Analysis, name: str, one: Comparison, planned: int) -> Record:
    return Record(
        ablation=analysis.ablation.name,
        row=name,
        metric=f"shapley/{analysis.primary.metric}",
        seeds=planned,
        n=one.n_pairs,
        mean=None,
        std=None,
        delta=one.delta,
        low=one.low,
        high=one.high,
    )
