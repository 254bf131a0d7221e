"""Runs what is missing of a study: checks, slots, records, searches, the Optuna ledger, the display."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ablate.crash_points import reach
from ablate.errors import AblateError, RecordError
from ablate.progress.choice import make_display
from ablate.record.client import prepare_mlflow
from ablate.runner.delivering import delivering
from ablate.runner.desk import Desk, Payload
from ablate.runner.ledger import Ledgers
from ablate.runner.observers import Observers, Recorded, Recording
from ablate.runner.outline import outline
from ablate.runner.peaks import Peaks
from ablate.runner.smoke import smoke_check
from ablate.runner.starts import check_starts
from ablate.runner.study import Study
from ablate.runner.study_source import StudySource
from ablate.runner.summary import Choices, RunSummary, nothing_to_do, summarised
from ablate.runner.tables import search_figures, table
from ablate.runner.upkeep.keep import apply_keep
from ablate.runner.upkeep.leftovers import clear_recorded
from ablate.runner.upkeep.space import disk_estimate
from ablate.runner.watching import Watching
from ablate.runner.worker import payload, preload_of, target_of
from ablate.schedule import machine
from ablate.schedule.driver import Rules, run_jobs
from ablate.schedule.job import Slot
from ablate.schedule.launcher import Launcher
from ablate.schedule.lock import study_lock
from ablate.schedule.observer import Observer
from ablate.schedule.room import Room
from ablate.schedule.signals import StopFlag, stop_on_signals
from ablate.schedule.slots import MOST_A_GPU, slots
from ablate.schedule.source import Source
from ablate.spec.config import Config

if TYPE_CHECKING:
    from rich.console import Console

    from ablate.record.recorder import Recorder


def run_study(
    study: Study,
    choices: Choices,
    console: Console | None,
    check: Callable[[Study], object],
    beside: Sequence[Observer] = (),
) -> RunSummary:
    """Check a study and train what is missing of it, if anything is; ``beside`` is told too what happens.

    Raises:
        StudyError: ``check`` found that it cannot work; nothing was trained.
        AlreadyRunning: another process runs this study.
        RecordError: the store cannot be written.
    """
    if study.is_done(retry_failed=choices.retry_failed):
        return nothing_to_do(study)
    launcher = _warm_up(study)
    check(study)
    with study_lock(study.lock), stop_on_signals() as stop:
        study.refresh()
        return _train_missing(study, choices, launcher, console, beside, stop)


def run_and_publish(
    study: Study,
    choices: Choices,
    console: Console | None,
    check: Callable[[Study], object],
    tell: Callable[[str], None],
) -> tuple[RunSummary, str]:
    """Run a study, show its tables in MLflow, deliver everything where a server is named.

    Args:
        study: an open study.
        choices: how to run.
        console: where to show how the trials go on.
        check: finds what cannot work, before anything trains.
        tell: shows the user a line.

    Returns:
        How the study stands, and its tables as Markdown.

    Raises:
        AblateError: as :func:`run_study`.
    """
    with delivering(study, choices.tracking_uri, tell) as delivery:
        beside = [] if delivery is None else [delivery]
        summary = run_study(study, choices, console, check, beside)
        markdown = table(study)
        publish(study, markdown, table(study, "csv"))
        if delivery is not None:
            summary = replace(summary, undelivered=delivery.finish())
    return summary, markdown


def publish(study: Study, markdown: str, csv: str) -> None:
    """Make the tables what one sees first in MLflow."""
    files: dict[str, bytes | Path] = {"table.md": markdown.encode(), "table.csv": csv.encode()}
    files |= search_figures(study)
    reach("table-before")
    _recorder(study).report(markdown, files, outline(study))
    reach("table-after")


def _warm_up(study: Study) -> Launcher:
    """Begin what takes seconds and can be done while the data is checked.

    The process that trials are forked from imports torch, and a thread of this one MLflow.
    """
    launcher = Launcher(target_of(study.plan), preload_of(study.plan))
    launcher.warm()
    threading.Thread(target=prepare_mlflow, daemon=True).start()
    return launcher


def _train_missing(
    study: Study,
    choices: Choices,
    launcher: Launcher,
    console: Console | None,
    beside: Sequence[Observer],
    stop: StopFlag,
) -> RunSummary:
    """Run the missing trials of a checked study, one process each, and record them."""
    places = _places(choices)
    threading.Thread(target=_make_store, args=(study,), daemon=True).start()
    desk = Desk(study, _payload(study))
    check_starts(study, study.missing(retry_failed=choices.retry_failed))
    if choices.smoke_check:
        missing = study.missing(retry_failed=choices.retry_failed)
        sizes = smoke_check(study, missing, places, preload_of(study.plan), _payload(study), stop)
        estimate = disk_estimate(study, missing, len(places), sizes)
        if estimate is not None and estimate.warning is not None and console is not None:
            console.print(f"warning: {estimate.warning}", markup=False, soft_wrap=True)
    recorder = _recorder(study)
    recorder.reconcile(())
    with _explained():
        clear_recorded(study.store, study.plan.study, study.recorded())
    recording = Recording(recorder, desk.cards, study.plan.primary.split)
    source = StudySource(study, desk, recorder, recording.note, retry_failed=choices.retry_failed)
    observers: list[Observer] = [Ledgers(study), recording, Recorded(source.recorded), *beside]
    with ExitStack() as stack:
        if console is not None:
            shown = _display(study, desk, source, console, len(places), choices.verbose)
            observers.insert(0, stack.enter_context(shown))
        rules = Rules(stall_s=choices.patience_s(study), fail_fast=choices.fail_fast)
        jobs = _sharing(study, desk, source, places, choices)
        with _explained():
            outcomes = run_jobs(jobs, places, launcher, Observers(*observers), rules, stop=stop)
    if not stop.requested:
        apply_keep(study, choices.kept(study))
    return summarised(study, source.planned, outcomes, stop)


@contextmanager
def _explained() -> Iterator[None]:
    """A trial's folder that cannot be written is a store that cannot be written."""
    try:
        yield
    except OSError as error:
        raise RecordError(f"{error}. Run the same command again when that is mended") from error


def _payload(study: Study) -> Payload:
    def make(config: Config, seed: int) -> Mapping[str, object]:
        return payload(config, seed, study.place, study.path.parent)

    return make


def _places(choices: Choices) -> tuple[Slot, ...]:
    automatic = choices.slots_per_gpu == "auto"
    per_gpu = MOST_A_GPU if choices.slots_per_gpu == "auto" else choices.slots_per_gpu
    return slots(None if automatic else choices.jobs, choices.devices, per_gpu)[: choices.jobs]


def _sharing(
    study: Study, desk: Desk, source: Source, places: tuple[Slot, ...], choices: Choices
) -> Source:
    """The source, careful with the memory of GPUs that have several slots."""
    if all(slot.sharing == 1 or not slot.visible for slot in places):
        return source
    automatic = choices.slots_per_gpu == "auto"
    shared = {slot.visible for slot in places if automatic}
    free = {visible: machine.gpu_memory_bytes(visible) for visible in shared}
    return Room(source, Peaks(study, desk), free)


@contextmanager
def _display(
    study: Study, desk: Desk, source: StudySource, console: Console, places: int, verbose: bool
) -> Iterator[Watching]:
    primary = study.plan.primary
    done = max(0, len(study.plan.trials) - source.planned)

    def total() -> int:
        return done + source.expected

    with make_display(
        console,
        total=total(),
        already_done=done,
        slots=places,
        metric=primary.metric,
        maximize=primary.maximize,
        verbose=verbose,
    ) as display:
        yield Watching(display, primary, desk.rows, total)


def _make_store(study: Study) -> None:
    """Make a new store while trials are already starting; what goes wrong here does so again where it is used."""
    with suppress(AblateError):
        study.store.ensure()


def _recorder(study: Study) -> Recorder:
    from ablate.record.mlflow_recorder import MlflowRecorder

    return MlflowRecorder(study.store, study.plan.study, study.plan.description)
