"""Runs what is missing of a study: checks, slots, records, the Optuna ledger, the display."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ablate.errors import AblateError
from ablate.plan.types import Trial
from ablate.progress.choice import make_display
from ablate.record.card import TrialCard
from ablate.record.client import prepare_mlflow
from ablate.record.provenance import provenance
from ablate.results import Failed, Finished, Status
from ablate.runner.cards import trial_card
from ablate.runner.identities import fingerprints
from ablate.runner.ledger import Ledger
from ablate.runner.observers import Observers, Recording
from ablate.runner.order import longest_first
from ablate.runner.study import Study
from ablate.runner.watching import Watching
from ablate.runner.worker import PRELOAD, TARGET, payload
from ablate.schedule.driver import run_jobs
from ablate.schedule.job import Job, Outcome
from ablate.schedule.launcher import Launcher
from ablate.schedule.lock import study_lock
from ablate.schedule.observer import Observer
from ablate.schedule.signals import StopFlag, stop_on_signals
from ablate.schedule.slots import slots

if TYPE_CHECKING:
    from rich.console import Console

    from ablate.record.recorder import Recorder


@dataclass(frozen=True, slots=True)
class RunSummary:
    """How a study stands after a run.

    ``failed`` counts failures of earlier runs too; ``signal`` is the number of the signal that stopped this one.
    """

    total: int
    already_done: int
    finished: int = 0
    failed: int = 0
    interrupted: int = 0
    signal: int | None = None

    @property
    def exit_code(self) -> int:
        """0; 1 after a failed trial; 128 + signal after an interruption."""
        if self.signal is not None:
            return 128 + self.signal
        return 1 if self.failed else 0


@dataclass(frozen=True, slots=True)
class Choices:
    """How to run, none of which can change a result."""

    jobs: int | None = None
    devices: str | None = None
    retry_failed: bool = False


def run_study(
    study: Study, choices: Choices, console: Console | None, check: Callable[[Study], object]
) -> RunSummary:
    """Check a study and train what is missing of it, if anything is.

    Raises:
        StudyError: ``check`` found that it cannot work; nothing was trained.
    """
    if study.is_done(retry_failed=choices.retry_failed):
        return _nothing_to_do(study)
    launcher = _warm_up(study)
    check(study)
    return _train_missing(study, choices, launcher, console)


def _warm_up(study: Study) -> Launcher:
    """Begin what takes seconds and can be done while the data is checked.

    The process that trials are forked from imports torch, and a thread of this one MLflow.
    """
    launcher = Launcher(TARGET, (*PRELOAD, *_libraries(study)))
    launcher.warm()
    threading.Thread(target=prepare_mlflow, daemon=True).start()
    return launcher


def _train_missing(
    study: Study, choices: Choices, launcher: Launcher, console: Console | None
) -> RunSummary:
    """Run the missing trials of a checked study, one process each, and record them.

    How they go on is shown on ``console``, if there is one.

    Raises:
        AlreadyRunning: another process runs this study.
        RecordError: the store cannot be written.
    """
    places = slots(choices.jobs, choices.devices)
    with study_lock(study.store.trials / f"{study.plan.study}.lock"):
        threading.Thread(target=_make_store, args=(study,), daemon=True).start()
        recorder = _recorder(study)
        recorder.reconcile(())
        todo = longest_first(study, _not_adopted(study, recorder, choices.retry_failed))
        cards = _cards(study, todo)
        split = study.plan.primary.split
        observers: list[Observer] = [Ledger(study, todo), Recording(recorder, cards, split)]
        with stop_on_signals() as stop, ExitStack() as stack:
            if console is not None:
                display = stack.enter_context(_display(study, todo, len(places), console))
                observers.append(display)
            observer = Observers(*observers)
            outcomes = run_jobs(_jobs(study, todo), places, launcher, observer, stop=stop)
    return _summary(study, todo, outcomes, stop)


@contextmanager
def _display(
    study: Study, todo: tuple[Trial, ...], places: int, console: Console
) -> Iterator[Watching]:
    primary = study.plan.primary
    total = len(study.plan.trials)
    names = {study.identities[t]: study.plan.conditions[t.condition].name for t in todo}
    with make_display(
        console,
        total=total,
        already_done=total - len(todo),
        slots=places,
        metric=primary.metric,
        maximize=primary.maximize,
    ) as display:
        yield Watching(display, primary, names)


def publish(study: Study, markdown: str, csv: str) -> None:
    """Make the tables what one sees first in MLflow."""
    files: Mapping[str, bytes | Path] = {"table.md": markdown.encode(), "table.csv": csv.encode()}
    _recorder(study).report(markdown, files)


def _nothing_to_do(study: Study) -> RunSummary:
    """What a run of a study says that has no trial left to train."""
    total = len(study.plan.trials)
    return RunSummary(total, total, failed=_failed(study))


def _failed(study: Study) -> int:
    """The trials whose failure is recorded, by this run or an earlier one."""
    states = [item.status for item in study.results()]
    return sum(state.settled and state is not Status.FINISHED for state in states)


def _libraries(study: Study) -> tuple[str, ...]:
    """The libraries of models that the plan names, imported once for all trials."""
    models = {condition.config.model.name for condition in study.plan.conditions.values()}
    prefixes = {name.partition("/")[0] for name in models if "/" in name}
    return tuple(sorted(prefixes & {"timm", "torchvision"}))


def _make_store(study: Study) -> None:
    """Make a new store while trials are already starting; what goes wrong here does so again where it is used."""
    with suppress(AblateError):
        study.store.ensure()


def _recorder(study: Study) -> Recorder:
    from ablate.record.mlflow_recorder import MlflowRecorder

    return MlflowRecorder(study.store, study.plan.study, study.plan.description)


def _not_adopted(study: Study, recorder: Recorder, retry_failed: bool) -> tuple[Trial, ...]:
    """The missing trials, without those that another study of the store has finished."""
    missing = study.missing(retry_failed=retry_failed)
    cards = _cards(study, missing)
    return tuple(
        trial for trial in missing if recorder.adopt(cards[study.identities[trial]]) is None
    )


def _cards(study: Study, trials: tuple[Trial, ...]) -> dict[str, TrialCard]:
    prints = fingerprints(study.plan, study.place)
    tags = provenance(study.path.absolute().parent)
    return {
        study.identities[trial]: trial_card(
            study.plan, trial, study.identities[trial], prints[trial.condition], tags
        )
        for trial in trials
    }


def _jobs(study: Study, trials: tuple[Trial, ...]) -> list[Job]:
    folder = study.store.trials / study.plan.study
    return [
        Job(
            study.identities[trial],
            trial.name,
            folder / study.identities[trial],
            payload(study.plan.config(trial), trial.seed, study.place),
        )
        for trial in trials
    ]


def _summary(
    study: Study, todo: tuple[Trial, ...], outcomes: tuple[Outcome, ...], stop: StopFlag
) -> RunSummary:
    events = [outcome.event for outcome in outcomes]
    interrupted = [
        event
        for event in events
        if isinstance(event, Failed) and event.status is Status.INTERRUPTED
    ]
    total = len(study.plan.trials)
    return RunSummary(
        total=total,
        already_done=total - len(todo),
        finished=sum(isinstance(event, Finished) for event in events),
        failed=_failed(study),
        interrupted=len(interrupted),
        signal=stop.signal,
    )
