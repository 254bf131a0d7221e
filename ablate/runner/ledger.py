"""The Optuna study of a run: every attempt asked, reported and told, for Optuna's own tools."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ablate.crash_points import reach
from ablate.plan.types import Condition, Plan
from ablate.results import EpochMetrics, Failed, Finished, Started, Status, TrialResult
from ablate.runner.cards import condition_tree, varying_fields
from ablate.runner.study import Study
from ablate.schedule.job import Job, Outcome, Slot
from ablate.schedule.observer import Running
from ablate.schedule.optuna_study import OptunaLedger, PastTrial
from ablate.spec.overrides import get_field


class Ledger:
    """Keeps the Optuna study of a run in step with its trials.

    The journal is disposable: finished trials that it does not hold are added from the records.
    """

    def __init__(self, study: Study) -> None:
        plan = study.plan
        self._primary = plan.primary
        self._fields = varying_fields(plan)
        self._params = {
            study.identities[trial]: self._levels(plan.conditions[trial.condition], trial.seed)
            for trial in plan.trials
            if not plan.conditions[trial.condition].stage  # it may not even have the primary metric
        }
        self._numbers: dict[str, int] = {}
        space = {
            field: _distinct([params[field] for params in self._params.values()])
            for field in (*self._fields, "seed")
        }
        direction = "max" if self._primary.maximize else "min"
        self._ledger = OptunaLedger(study.journal, plan.study, direction, space)  # type: ignore[arg-type]
        self._ledger.rebuild([self._past(item) for item in study.results() if self._is_past(item)])
        self._completed = self._ledger.completed()

    def lacks(self, identity: str) -> bool:
        """Whether a trial is one of the plan's, and not complete in Optuna's study.

        A driver that is killed after it told of a result and before it recorded it leaves a trial that is.
        """
        return identity in self._params and identity not in self._completed

    def started(self, job: Job, slot: Slot) -> None:
        """Ask: an attempt with exactly these levels."""
        attributes = {"identity": job.identity}
        reach("ask-before")
        number = self._ledger.ask(job.name, self._params[job.identity], attributes)
        self._numbers[job.identity] = number
        reach("ask-after")

    def event(self, job: Job, event: Started | EpochMetrics) -> None:
        """Report the validation value of an epoch."""
        if isinstance(event, EpochMetrics) and self._primary.monitored in event.metrics:
            value = event.metrics[self._primary.monitored]
            reach("report-before")
            self._ledger.report(self._numbers[job.identity], event.epoch, value)
            reach("report-after")

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
        reach("tell-before")
        self._ledger.tell(self._numbers.pop(outcome.job.identity), value, status)
        reach("tell-after")

    def tick(self, running: Sequence[Running]) -> None:
        """Nothing."""

    def _levels(self, condition: Condition, seed: int) -> dict[str, Any]:
        tree = condition_tree(condition)
        return {**{field: get_field(tree, field) for field in self._fields}, "seed": seed}

    def _is_past(self, result: TrialResult) -> bool:
        known = result.identity in self._params and self._primary.metric in result.metrics
        return result.status is Status.FINISHED and known

    def _past(self, result: TrialResult) -> PastTrial:
        value = result.metrics[self._primary.metric]
        return PastTrial(result.identity, result.name, self._params[result.identity], value)


class Ledgers:
    """Writes each trial of the plan into the Optuna study of the plan as it stands.

    When a search has found something, the plan has further rows, and another study holds them all. Trials that only a
    search wants stand in the search's own study.
    """

    def __init__(self, study: Study) -> None:
        self._study = study
        self._plan: Plan | None = None
        self._now: Ledger | None = None
        self._of: dict[str, Ledger] = {}

    def started(self, job: Job, slot: Slot) -> None:
        """Ask, in the study that has the trial."""
        if self._now is None or self._plan is not self._study.plan:
            self._plan = self._study.plan
            self._now = Ledger(self._study)
        if self._now.lacks(job.identity):
            self._of[job.identity] = self._now
            self._now.started(job, slot)

    def event(self, job: Job, event: Started | EpochMetrics) -> None:
        """Report."""
        if job.identity in self._of:
            self._of[job.identity].event(job, event)

    def retried(self, job: Job, failure: Failed) -> None:
        """Tell and ask again."""
        if job.identity in self._of:
            self._of[job.identity].retried(job, failure)

    def ended(self, outcome: Outcome) -> None:
        """Tell."""
        ledger = self._of.pop(outcome.job.identity, None)
        if ledger is not None:
            ledger.ended(outcome)

    def tick(self, running: Sequence[Running]) -> None:
        """Nothing."""


def _distinct(values: Sequence[Any]) -> tuple[Any, ...]:
    """Without repetitions, in order; the values may be lists and mappings, which have no hash."""
    return tuple(value for index, value in enumerate(values) if value not in values[:index])
