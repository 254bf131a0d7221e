"""One batch of each network before the first trial starts: what fails at once fails before hours are spent."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Mapping, Sequence

from ablate.errors import Problem, StudyError
from ablate.files import hash_value
from ablate.plan.types import Condition, Trial
from ablate.results import EpochMetrics, Failed, Finished, Started, Status
from ablate.runner.checks import Remark, located
from ablate.runner.desk import Payload
from ablate.runner.study import Study
from ablate.schedule.driver import Rules, run_jobs
from ablate.schedule.job import Job, Outcome, Slot
from ablate.schedule.launcher import Launcher
from ablate.schedule.observer import Running
from ablate.schedule.signals import StopFlag
from ablate.spec.options import to_tree

#: How failures begin that are about one field.
_FIELD = re.compile(
    r"(?P<section>data|model|loss|optimizer|train|task)\.(?P<field>\w+): (?P<message>.+)", re.DOTALL
)

TARGET = "ablate.runner.smoke_worker:rehearse_trial"


def smoke_check(
    study: Study,
    trials: Iterable[Trial],
    slots: Sequence[Slot],
    preload: Sequence[str],
    payload: Payload,
    stop: StopFlag,
) -> dict[str, int]:
    """Try one batch of each combination of data, network and loss that no recorded trial has shown to work.

    Returns:
        Condition to the number of parameters of its network, of those that were tried.

    Raises:
        StudyError: with every row whose network cannot train.
    """
    conditions = _untried(study, trials)
    if not conditions:
        return {}
    folder = study.store.trials / study.plan.study / ".smoke"
    jobs = [
        Job(key, condition.name, folder / key, payload(condition.config, study.plan.seeds[0]))
        for key, condition in conditions.items()
    ]
    try:
        launcher = Launcher(TARGET, preload)
        outcomes = run_jobs(jobs, slots, launcher, _Silent(), Rules(retries=0), stop=stop)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    problems = list(_problems(study, conditions, outcomes))
    if problems:
        raise StudyError(study.draft.document.file, problems)
    return _sizes(study, outcomes)


def _sizes(study: Study, outcomes: Iterable[Outcome]) -> dict[str, int]:
    sizes = {
        outcome.job.identity: int(outcome.event.measured["parameters"])
        for outcome in outcomes
        if isinstance(outcome.event, Finished)
    }
    combinations = {key: _combination(item) for key, item in study.plan.conditions.items()}
    return {key: sizes[name] for key, name in combinations.items() if name in sizes}


def _untried(study: Study, trials: Iterable[Trial]) -> dict[str, Condition]:
    """Combination to the first condition that has it."""
    known = {r.condition for r in study.results() if r.status is Status.FINISHED}
    works = {_combination(study.plan.conditions[key]) for key in known}
    found: dict[str, Condition] = {}
    for trial in trials:
        condition = study.plan.conditions[trial.condition]
        combination = _combination(condition)
        if combination is not None and combination not in works:
            found.setdefault(combination, condition)
    return found


def _combination(condition: Condition) -> str | None:
    training = condition.config.training
    if training is None:
        return None
    config = training.from_random
    groups = config.optimizer.encoder_lr is not None
    optimizer = {"name": config.optimizer.name, "groups": groups, "freeze": config.train.freeze}
    parts = [to_tree(part) for part in (config.task, config.data, config.model, config.loss)]
    return hash_value([*parts, optimizer, config.train.precision])


def _problems(
    study: Study, conditions: Mapping[str, Condition], outcomes: Iterable[Outcome]
) -> Iterable[Problem]:
    for outcome in outcomes:
        event = outcome.event
        if isinstance(event, Failed) and event.status is not Status.INTERRUPTED:
            condition = conditions[outcome.job.identity]
            yield from located(study.draft, study.plan, condition, [_remark(event.reason)])


def _remark(reason: str) -> Remark:
    """Where a failure's place is: at the field that it names, or at the network.

    >>> _remark("train.freeze: 'x.*' fits no parameter of the network")
    ('train', 'freeze', "'x.*' fits no parameter of the network")
    >>> _remark("out of memory")
    ('model', '', 'one batch of it fails: out of memory')
    """
    named = _FIELD.fullmatch(reason)
    if named is None:
        return "model", "", f"one batch of it fails: {reason}"
    return named["section"], named["field"], named["message"]


class _Silent:
    """Tells nobody: what matters is how each try ends."""

    def started(self, job: Job, slot: Slot) -> None:
        pass

    def event(self, job: Job, event: Started | EpochMetrics) -> None:
        pass

    def retried(self, job: Job, failure: Failed) -> None:
        pass

    def ended(self, outcome: Outcome) -> None:
        pass

    def tick(self, running: Sequence[Running]) -> None:
        pass
