"""The order in which trials start: seed by seed, and within a seed the longest first.

A long trial that starts last leaves the other slots waiting; a whole seed of every row gives an early table.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from ablate.data.plugin_source import is_read_by_trials_only
from ablate.data.prepare import prepare
from ablate.plan.types import Trial
from ablate.results import Status
from ablate.runner.study import Study


def longest_first(study: Study, trials: Sequence[Trial]) -> tuple[Trial, ...]:
    """The trials in the order to start them in: those of stages first, since others wait for them.

    Durations are those of finished seeds where every condition has some, else they follow from the models'
    arithmetic; where neither is known for all, the order of the plan stays.
    """
    costs = _measured(study, trials) or _computed(study, trials)
    places = {seed: index for index, seed in enumerate(study.plan.seeds)}
    awaited = study.plan.upstream_conditions

    def turn(trial: Trial) -> tuple[bool, int, float]:
        return trial.condition not in awaited, places[trial.seed], -costs.get(trial.condition, 0.0)

    return tuple(sorted(trials, key=turn))


def _measured(study: Study, trials: Sequence[Trial]) -> dict[str, float]:
    durations: dict[str, list[float]] = {}
    for result in study.results():
        if result.status is Status.FINISHED and "duration_s" in result.measured:
            durations.setdefault(result.condition, []).append(result.measured["duration_s"])
    known = {trial.condition for trial in trials} <= durations.keys()
    return {key: median(values) for key, values in durations.items()} if known else {}


def _computed(study: Study, trials: Sequence[Trial]) -> dict[str, float]:
    costs: dict[str, float] = {}
    for key in dict.fromkeys(trial.condition for trial in trials):
        config = study.plan.conditions[key].config.training
        if config is None or is_read_by_trials_only(config.data):
            return {}
        data = prepare(config.data, study.place, spaces=config.label_spaces)
        work = config.model.work(data.shape)
        if work is None:
            return {}
        costs[key] = float(work) * len(data.splits["train"]) * config.train.epochs
    return costs
