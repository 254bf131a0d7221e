"""Where the weights lie that trials start from: in the artifacts of a run of the store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ablate.errors import Problem, RecordError, StudyError
from ablate.plan.types import Trial
from ablate.record.inventory import RecordedRun, recorded_runs
from ablate.record.keys import IDENTITY
from ablate.record.reader import artifact_folder
from ablate.results import Status
from ablate.runner.checks import located
from ablate.runner.study import Study
from ablate.spec.config import Config, TrialConfig
from ablate.spec.earlier import RunWeights, Start

#: The task whose trainings pass on all of their modules among themselves.
_SELF_SUPERVISED = "ssl"


def find_start(study: Study, config: Config, upstream: str | None) -> Start | None:
    """What a trial starts from; ``None`` if it starts afresh.

    Args:
        study: its study.
        config: its configuration.
        upstream: the identity of the stage's trial, if it starts from one.

    Raises:
        RecordError: the weights are not there.
    """
    training = config.training
    if training is None or training.earlier is None:
        return None
    if isinstance(training.earlier, RunWeights):
        run_id = training.earlier.run
        if not study.store.exists:
            raise RecordError(f"there is no run {run_id!r}: the store {study.store.root} is empty")
        return _checked(Start(artifact_folder(study.store, run_id), f"run {run_id}"), run_id)
    run_id, name = _run_of(study, upstream)
    folder = artifact_folder(study.store, run_id)
    return _checked(Start(folder, f"{name} (run {run_id})", _is_whole(training)), run_id)


def check_starts(study: Study, missing: Iterable[Trial]) -> None:
    """Look for the weights that missing trials start from, as far as nothing that is to run trains them.

    Raises:
        StudyError: with every row whose weights are not there.
    """
    waiting = tuple(missing)
    to_come = {trial.place for trial in waiting}
    done = {run.row.tags[IDENTITY] for run in _finished(study)}
    problems: dict[Problem, None] = {}
    for trial in waiting:
        start = study.plan.upstream(trial)
        upstream = study.identity_at[start] if start is not None else None
        if start in to_come or (upstream is not None and upstream not in done):
            continue
        try:
            find_start(study, study.plan.config(trial), upstream)
        except RecordError as error:
            condition = study.plan.conditions[trial.condition]
            remarks = [("model", "weights", str(error))]
            problems |= dict.fromkeys(located(study.draft, study.plan, condition, remarks))
    if problems:
        raise StudyError(study.draft.document.file, list(problems))


def _run_of(study: Study, identity: str | None) -> tuple[str, str]:
    """The id and the name of the finished run of a trial."""
    for run in _finished(study):
        if run.row.tags[IDENTITY] == identity:
            return run.row.run_id, run.row.name
    raise RecordError(f"no finished run of the study is the stage's trial {identity}")


def _finished(study: Study) -> Iterator[RecordedRun]:
    runs = recorded_runs(study.store, study.plan.study) if study.store.exists else ()
    return (run for run in runs if run.row.status is Status.FINISHED)


def _is_whole(config: TrialConfig) -> bool:
    """Whether one self-supervised training goes on where another ended."""
    upstream = config.upstream
    names = [config.task, upstream.config.task if upstream is not None else None]
    return all(getattr(task, "name", "") == _SELF_SUPERVISED for task in names)


def _checked(start: Start, run_id: str) -> Start:
    if not start.weights.is_file():
        raise RecordError(
            f"run {run_id} has no {start.weights.name} (any more): 'keep' may have removed it. Name another run; "
            "a stage is trained again once its run is deleted in MLflow"
        )
    return start
