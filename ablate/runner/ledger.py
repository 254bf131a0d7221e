"""The Optuna study of a run: every attempt asked, reported and told, for Optuna's own tools."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ablate.plan.types import Condition, Trial
from ablate.results import EpochMetrics, Failed, Finished, Started, Status, TrialResult
from ablate.runner.cards import varying_fields
from ablate.runner.study import Study
from ablate.schedule.job import Job, Outcome, Slot
from ablate.schedule.observer import Running
from ablate.schedule.optuna_study import OptunaLedger, PastTrial
from ablate.spec.options import to_tree
from ablate.spec.overrides import get_field


class Ledger:
    """Keeps the Optuna study of a run in step with its trials.

    The journal is disposable: finished trials that it does not hold are added from the records.
    """

    def __init__(self, study: Study, todo: Sequence[Trial]) -> None:
        plan = study.plan
        self._primary = plan.primary
        self._fields = varying_fields(plan)
        self._params = {
            study.identities[trial]: self._levels(plan.conditions[trial.condition], trial.seed)
            for trial in plan.trials
        }
        self._numbers: dict[str, int] = {}
        space = {
            field: _distinct([params[field] for params in self._params.values()])
            for field in (*self._fields, "seed")
        }
        direction = "max" if self._primary.maximize else "min"
        journal = study.store.optuna / f"{plan.study}.journal"
        self._ledger = OptunaLedger(journal, plan.study, direction, space)  # type: ignore[arg-type]
        recorded = study.results() if len(todo) < len(plan.trials) else ()
        self._ledger.rebuild([self._past(item) for item in recorded if self._is_past(item)])

    def started(self, job: Job, slot: Slot) -> None:
        """Ask: an attempt with exactly these levels."""
        attributes = {"identity": job.identity}
        number = self._ledger.ask(job.name, self._params[job.identity], attributes)
        self._numbers[job.identity] = number

    def event(self, job: Job, event: Started | EpochMetrics) -> None:
        """Report the validation value of an epoch."""
        if isinstance(event, EpochMetrics) and self._primary.monitored in event.metrics:
            value = event.metrics[self._primary.monitored]
            self._ledger.report(self._numbers[job.identity], event.epoch, value)

    def retried(self, job: Job, failure: Failed) -> None:
        """A new attempt is a new trial of Optuna."""
        self._ledger.tell(self._numbers[job.identity], None, failure.status)
        number = self._ledger.ask(
            job.name, self._params[job.identity], {"identity": job.identity, "retry": True}
        )
        self._numbers[job.identity] = number

    def ended(self, outcome: Outcome) -> None:
        """Tell the value of the primary metric, or the failure."""
        event = outcome.event
        finished = isinstance(event, Finished)
        value = event.final.get(self._primary.metric) if isinstance(event, Finished) else None
        status = Status.FINISHED if finished else event.status  # type: ignore[union-attr]
        self._ledger.tell(self._numbers.pop(outcome.job.identity), value, status)

    def tick(self, running: Sequence[Running]) -> None:
        """Nothing."""

    def _levels(self, condition: Condition, seed: int) -> dict[str, Any]:
        tree = to_tree(condition.config)
        return {**{field: get_field(tree, field) for field in self._fields}, "seed": seed}

    def _is_past(self, result: TrialResult) -> bool:
        return result.status is Status.FINISHED and self._primary.metric in result.metrics

    def _past(self, result: TrialResult) -> PastTrial:
        value = result.metrics[self._primary.metric]
        return PastTrial(result.identity, result.name, self._params[result.identity], value)


def _distinct(values: Sequence[Any]) -> tuple[Any, ...]:
    """Without repetitions, in order; the values may be lists and mappings, which have no hash."""
    return tuple(value for index, value in enumerate(values) if value not in values[:index])
