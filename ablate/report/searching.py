"""The searches that an ablation is about: which they are, and what they have spent."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from statistics import mean
from typing import Any

from ablate.plan.search.types import SearchPlan, SearchResult
from ablate.plan.types import AblationPlan, Plan
from ablate.report.number_format import NumberFormat
from ablate.report.wording import counted, seed_list
from ablate.results import MetricInfo, ResultSet, SearchPoint, Status
from ablate.spec.primary import Primary

#: Digits of a number that a search found, in tables; the CSV has all of them.
DIGITS = 4

_ORDER = (
    Status.FINISHED,
    Status.PRUNED,
    Status.FAILED,
    Status.DIVERGED,
    Status.INTERRUPTED,
    Status.RUNNING,
)


def searches_of(
    plan: Plan, ablation: AblationPlan, searches: Mapping[str, SearchResult]
) -> tuple[SearchResult, ...]:
    """An ablation's searches in its order; one of which nothing is recorded has no points."""
    plans = {search.key: search for search in plan.searches}
    return tuple(
        searches.get(key) or SearchResult(plans[key], (), finished=False)
        for key in ablation.searches
        if key in plans or key in searches
    )


def tuned_fields(searches: Iterable[SearchResult]) -> tuple[str, ...]:
    """The dotted fields that searches vary, in the order of their spaces."""
    return tuple(dict.fromkeys(item.field for search in searches for item in search.plan.space))


def objective_info(plan: SearchPlan) -> MetricInfo:
    """Direction, title and format of what a search optimises."""
    return Primary(metric=plan.objective, direction="max" if plan.maximize else "min").info


def objective_title(plan: SearchPlan) -> str:
    """A column's title: the objective and its unit."""
    unit = " %" if NumberFormat.of(objective_info(plan)).scale == 100.0 else ""
    return f"{plan.objective}{unit}"


def ranked(result: SearchResult) -> tuple[SearchPoint, ...]:
    """The finished configurations from the best on, the earlier of equals first."""
    sign = -1.0 if result.plan.maximize else 1.0
    return tuple(
        sorted(
            (point for point in result.points if score(point) is not None),
            key=lambda point: (sign * (score(point) or 0.0), point.number),
        )
    )


def score(point: SearchPoint) -> float | None:
    """The objective of a finished configuration; those that ended early have none that counts."""
    finished = point.status is Status.FINISHED
    known = finished and point.value is not None and math.isfinite(point.value)
    return point.value if known else None


def baseline_objective(plan: Plan, results: ResultSet, search: SearchPlan) -> float | None:
    """The objective of the study's baseline, the mean over the search's seeds; ``None`` if one is missing."""
    known = {
        trial.seed: trial.metrics.get(search.objective)
        for trial in results
        if trial.condition == plan.baseline and trial.status is Status.FINISHED
    }
    values = [value for seed in search.seeds if (value := known.get(seed)) is not None]
    return mean(values) if len(values) == len(search.seeds) else None


def sampler_name(plan: SearchPlan) -> str:
    """How the search chooses, as the study file calls it."""
    return str(getattr(plan.sampler, "name", type(plan.sampler).__name__))


def counts(result: SearchResult) -> Counter[Status]:
    """How many configurations stand how."""
    return Counter(point.status for point in result.points)


def progress(result: SearchResult) -> str:
    """How much of the budget is spent: ``12 of 40 tried``, ``12 tried in 0.5 of 2 h``."""
    budget = result.plan.budget
    tried = f"{len(result.points)} of {budget.trials}" if budget.trials else len(result.points)
    if budget.seconds is None:
        return f"{tried} tried"
    used = sum(point.duration_s for point in result.points)
    unit, size = ("h", 3600.0) if budget.seconds >= 3600.0 else ("min", 60.0)
    return f"{tried} tried in {_short(used / size)} of {_short(budget.seconds / size)} {unit}"


def judged_on(plan: SearchPlan) -> str:
    """The runs that give a configuration its value: ``seed 0``, ``mean over seeds 0, 1``."""
    seeds = seed_list(plan.seeds)
    return f"of {seeds}" if len(plan.seeds) == 1 else f"mean over {seeds}"


def _short(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def fate(point: SearchPoint) -> str:
    """How a configuration stands, with the reason if there is one."""
    if not point.reason or point.reason.startswith(str(point.status)):
        return point.reason or str(point.status)
    return f"{point.status}: {point.reason}"


def rounded(value: Any) -> Any:
    """A found value without the digits that nobody reads.

    >>> rounded(0.00123456789), rounded((1.0, 2.34567)), rounded("adam")
    (0.001235, (1.0, 2.346), 'adam')
    """
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    return tuple(map(rounded, value)) if isinstance(value, tuple | list) else value


def outcome(result: SearchResult) -> str:
    """How many of the tried configurations ended how: ``22 finished, 17 pruned, 1 failed``."""
    found = counts(result)
    return ", ".join(f"{found[status]} {status}" for status in _ORDER if found[status])


def ended_early(results: Iterable[SearchResult]) -> str:
    """A sentence about pruned configurations; empty if there are none."""
    found = tuple(results)
    number = sum(counts(result)[Status.PRUNED] for result in found)
    if not number:
        return ""
    names = sorted({str(getattr(r.plan.pruner, "name", "")) for r in found if r.plan.pruner})
    by = f" by {' and '.join(names)}" if names else ""
    return f"{counted(number, 'configuration')} pruned{by}: ended early, never averaged in."
