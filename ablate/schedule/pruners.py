"""The pruners of a study file as Optuna's, and what they note on a trial. Import it late: Optuna takes 0.2 s."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable

from optuna import Study
from optuna.pruners import (
    BasePruner,
    HyperbandPruner,
    MedianPruner,
    NopPruner,
    SuccessiveHalvingPruner,
    WilcoxonPruner,
)
from optuna.pruners._successive_halving import _completed_rung_key
from optuna.trial import FrozenTrial

from ablate.plan.search.pruners import (
    Hyperband,
    Median,
    PrunerOptions,
    SuccessiveHalving,
    Wilcoxon,
)
from ablate.spec.options import Options


def build_pruner(options: Options | None, epochs: int) -> BasePruner:
    """Optuna's pruner; ``None`` prunes nothing.

    Args:
        options: a pruner of the study file.
        epochs: those of a full training, which hyperband divides.
    """
    match options:
        case Median():
            return MedianPruner(
                n_startup_trials=options.startup_trials,
                n_warmup_steps=options.first_judgement(),
                interval_steps=options.interval,
            )
        case Hyperband():
            return HyperbandPruner(
                min_resource=options.min_epochs,
                max_resource=max(epochs, options.min_epochs),
                reduction_factor=options.reduction,
            )
        case SuccessiveHalving():
            return SuccessiveHalvingPruner(
                min_resource=options.min_epochs, reduction_factor=options.reduction
            )
        case Wilcoxon():
            with warnings.catch_warnings(action="ignore"):  # Optuna calls it experimental
                return WilcoxonPruner(p_threshold=options.p, n_startup_steps=options.startup_seeds)
        case None:
            return NopPruner()
    raise TypeError(f"{type(options).__name__} is no pruner")


def over_seeds(options: Options | None) -> bool:
    """Whether a pruner compares the seeds of configurations, instead of epochs."""
    return isinstance(options, PrunerOptions) and options.judges == "seeds"


def rungs(study: Study, trial: FrozenTrial, curve: Iterable[tuple[int, float]]) -> dict[str, float]:
    """What successive halving and hyperband have noted on a trial that went on after this curve.

    Asking Optuna to judge each step again gives the same, but takes seconds for a thousand trials.
    """
    halving = study.pruner
    if isinstance(halving, HyperbandPruner):
        halving = halving._pruners[halving._get_bracket_id(study, trial)]
    if not isinstance(halving, SuccessiveHalvingPruner):
        return {}
    found: dict[str, float] = {}
    for step, value in curve:
        while step >= _needed(halving, len(found)) and not math.isnan(value):
            found[_completed_rung_key(len(found))] = value
    return found


def _needed(halving: SuccessiveHalvingPruner, rung: int) -> int:
    """The step at which a trial is judged for the ``rung``-th time."""
    if halving._min_resource is None:
        raise ValueError("successive halving needs its first step to be given")
    rate = halving._min_early_stopping_rate + rung
    return int(halving._min_resource * halving._reduction_factor**rate)
