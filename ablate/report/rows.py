"""The recorded trials of each row of an ablation, seed by seed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from statistics import mean, stdev

from ablate.plan.types import AblationPlan, Condition, Plan, Row
from ablate.report.spaces import why_unscored
from ablate.results import ResultSet, Status, TrialResult
from ablate.spec.primary import Primary


@dataclass(frozen=True, slots=True)
class Summary:
    """Mean and standard deviation (n - 1) of a metric over the seeds that have a value."""

    n: int
    mean: float | None
    std: float | None


@dataclass(frozen=True, slots=True)
class Missing:
    """A planned seed that gives no value: ``kind`` in a word, ``reason`` in a line."""

    seed: int
    kind: str
    reason: str = ""


@dataclass(frozen=True)  # without slots: what a table asks for often is kept
class RowResults:
    """A row, its condition, its planned seeds (ascending) and what is recorded of them."""

    row: Row
    condition: Condition
    seeds: tuple[int, ...]
    trials: Mapping[int, TrialResult]

    @property
    def pruned(self) -> bool:
        """Whether the row was ended early: then none of its numbers count."""
        return any(trial.status is Status.PRUNED for trial in self.trials.values())

    @cached_property
    def finished(self) -> tuple[TrialResult, ...]:
        """The trials with a result that counts, by seed."""
        if self.pruned:
            return ()
        found = (self.trials[seed] for seed in self.seeds if seed in self.trials)
        return tuple(trial for trial in found if trial.status is Status.FINISHED)

    def values(self, metric: str) -> dict[int, float | None]:
        """Planned seed to finite value of ``split/metric[/class]``, ``None`` where there is none."""
        finished = {trial.seed: trial.metrics.get(metric) for trial in self.finished}
        return {seed: _finite(finished.get(seed)) for seed in self.seeds}

    def summary(self, metric: str) -> Summary:
        """Mean and spread of a metric."""
        if metric not in self._summaries:
            self._summaries[metric] = summarise(self.values(metric))
        return self._summaries[metric]

    def measured(self, name: str) -> Summary:
        """Mean and spread of what was measured (``parameters``, ``duration_s``)."""
        if name not in self._measured:
            found = {trial.seed: trial.measured.get(name) for trial in self.finished}
            self._measured[name] = summarise(found)
        return self._measured[name]

    def best(self, metric: str) -> Summary:
        """Mean and spread of the best value over the epochs, which each seed has at its own."""
        found = {trial.seed: trial.best.get(metric) for trial in self.finished}
        return summarise({seed: _finite(value) for seed, value in found.items()})

    def epochs(self, metric: str) -> tuple[int | None, ...]:
        """The epoch of the best value for each planned seed; ``None`` where there is none."""
        found = {trial.seed: trial.measured.get(f"best_epoch/{metric}") for trial in self.finished}
        epochs = (_finite(found.get(seed)) for seed in self.seeds)
        return tuple(None if epoch is None else round(epoch) for epoch in epochs)

    def missing(self, metric: str) -> tuple[Missing, ...]:
        """The recorded seeds without a value of the metric, and why."""
        values = self.values(metric)
        absent = [seed for seed in self.seeds if values[seed] is None and seed in self.trials]
        return tuple(self._missing(self.trials[seed], metric) for seed in absent)

    @cached_property
    def _summaries(self) -> dict[str, Summary]:
        return {}

    @cached_property
    def _measured(self) -> dict[str, Summary]:
        return {}

    def _missing(self, trial: TrialResult, metric: str) -> Missing:
        if trial.status is not Status.FINISHED:
            return Missing(trial.seed, str(trial.status), trial.reason)
        if self.pruned:
            return Missing(trial.seed, "left out", "finished before the row was pruned")
        value = trial.metrics.get(metric)
        if value is not None:
            return Missing(trial.seed, "without value", f"{metric} is {value}")
        space = Primary(metric=metric).space
        why = f": {why_unscored(self.condition.config, space)}" if space else ""
        return Missing(trial.seed, "without value", f"finished without {metric}{why}")


def primary_of(plan: Plan, ablation: AblationPlan) -> Primary:
    """The metric that an ablation's verdicts are about: its own, or the study's."""
    return ablation.primary or plan.primary


def gather(plan: Plan, ablation: AblationPlan, results: ResultSet) -> tuple[RowResults, ...]:
    """The rows of an ablation with their trials, matched by condition and seed.

    Where a condition and seed were recorded twice, the later attempt counts. A trial that was pruned
    as part of something else, where no row may be ended early, is one that still has to run.
    """
    own = {row.condition for row in ablation.rows}
    recorded = [trial for trial in results if trial.condition in own]
    latest: dict[str, dict[int, TrialResult]] = {}
    for trial in sorted(recorded, key=lambda trial: (trial.start_ms, trial.identity, trial.run_id)):
        latest.setdefault(trial.condition, {})[trial.seed] = trial
    planned: dict[str, set[int]] = {}
    for wanted in plan.trials:
        if wanted.condition in own:
            planned.setdefault(wanted.condition, set()).add(wanted.seed)
    return tuple(
        _row(
            row,
            plan.conditions[row.condition],
            tuple(sorted(planned[row.condition])),
            latest.get(row.condition, {}),
            prunable=ablation.pruner is not None and row.reference is not None,
        )
        for row in ablation.rows
    )


def _row(
    row: Row,
    condition: Condition,
    seeds: tuple[int, ...],
    recorded: Mapping[int, TrialResult],
    *,
    prunable: bool,
) -> RowResults:
    known = {seed: recorded[seed] for seed in seeds if seed in recorded}
    trials = {
        seed: trial
        for seed, trial in known.items()
        if prunable or trial.status is not Status.PRUNED
    }
    return RowResults(row, condition, seeds, trials)


def summarise(values: Mapping[int, float | None]) -> Summary:
    """Mean and standard deviation over the seeds that have a value.

    >>> summarise({0: 1.0, 1: 3.0, 2: None})
    Summary(n=2, mean=2.0, std=1.4142135623730951)
    """
    present = [value for seed in sorted(values) if (value := values[seed]) is not None]
    if not present:
        return Summary(0, None, None)
    return Summary(len(present), mean(present), stdev(present) if len(present) > 1 else None)


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
