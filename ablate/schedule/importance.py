"""How much of the objective's variation over a search each field accounts for: exploratory, never a verdict."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from statistics import fmean, pstdev
from typing import TYPE_CHECKING, Any

from ablate.plan.search.types import SearchPlan
from ablate.results import SearchPoint, Status
from ablate.schedule.dimensions import SearchSpace
from ablate.schedule.states import finite

if TYPE_CHECKING:
    from optuna import Study
    from optuna.distributions import BaseDistribution

#: With fewer finished points, importances are noise.
FEWEST_POINTS = 10

#: More change the shares by less than another search does, and take longer.
TREES = 16


def importances(plan: SearchPlan, points: Sequence[SearchPoint]) -> dict[str, float]:
    """Field to its share of the variation that single fields account for, largest first; the shares add up to 1.

    Functional analysis of variance over a random forest (fANOVA: Hutter et al., 2014), the same for the same points in
    any order. Logarithmic ranges count evenly on their logarithmic scale. Only finished points count, and of
    conditional fields only those that all of them have: the others are left out.

    Returns nothing where fewer than :data:`FEWEST_POINTS` points have finished, or where they are all the same.
    """
    finished = [
        point
        for point in sorted(points, key=lambda point: point.number)
        if point.status is Status.FINISHED and finite(point.value)
    ]
    if len(finished) < FEWEST_POINTS:
        return {}
    shares = _evaluate(_study(SearchSpace(plan.space), finished))
    total = sum(shares.values())
    if not total > 0:
        return {}
    ranked = sorted(shares.items(), key=lambda item: (-item[1], item[0]))
    return {field: share / total for field, share in ranked}


def _evaluate(study: Study | None) -> dict[str, float]:
    from optuna.importance import FanovaImportanceEvaluator, get_param_importances

    if study is None:
        return {}
    evaluator = FanovaImportanceEvaluator(n_trees=TREES, seed=0)
    try:
        with warnings.catch_warnings(action="ignore"):  # Optuna calls ``normalize`` experimental
            found = get_param_importances(study, evaluator=evaluator, normalize=False)
    except RuntimeError:  # no tree found anything to split: all points have the same params
        return {}
    return {field: float(share) for field, share in found.items()}


def _study(space: SearchSpace, points: Sequence[SearchPoint]) -> Study | None:
    """The points as a study with even ranges, and values of mean 0 and deviation 1; ``None`` if those are all equal."""
    import optuna

    values = [point.value for point in points if point.value is not None]
    mean, deviation = fmean(values), pstdev(values)
    if not deviation > 0:
        return None
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler())
    distributions = {field: _even(item) for field, item in space.canonical.items()}
    for point, value in zip(points, values, strict=True):
        params = _logarithms(space.stored(point.params), space.distributions)
        study.add_trial(
            optuna.trial.create_trial(
                value=(value - mean) / deviation,
                params=params,
                distributions={field: distributions[field] for field in params},
            )
        )
    return study


def _even(distribution: BaseDistribution) -> BaseDistribution:
    """A logarithmic range as the range of its logarithms: Optuna's fANOVA takes volumes on the plain scale."""
    from optuna.distributions import FloatDistribution, IntDistribution

    match distribution:
        case FloatDistribution(log=True, low=low, high=high):
            return FloatDistribution(math.log(low), math.log(high))
        case IntDistribution(log=True, low=low, high=high):
            return FloatDistribution(math.log(low), math.log(high))
    return distribution


def _logarithms(
    params: Mapping[str, Any], distributions: Mapping[str, BaseDistribution]
) -> dict[str, Any]:
    logarithmic = {field for field in params if getattr(distributions[field], "log", False)}
    return {
        field: math.log(value) if field in logarithmic else value for field, value in params.items()
    }
