"""The folders of trials that are running, or were interrupted, or wait to be recorded."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ablate.events import read_events
from ablate.record.inventory import RecordedRun
from ablate.record.keys import IDENTITY
from ablate.record.store import Store
from ablate.results import EpochMetrics, Finished, ResultSet, Status

_IDENTITY = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class TrialFolder:
    """What a trial's attempts have written: whether they ended with a result, and the epochs.

    ``readable`` is false where the file of events holds what is none.
    """

    path: Path
    finished: bool
    epochs: frozenset[int]
    readable: bool = True

    @property
    def identity(self) -> str:
        """The trial's identity."""
        return self.path.name


def trial_folders(store: Store, study: str) -> Iterator[TrialFolder]:
    """The folders of a study's trials, by identity; nothing else that lies there, and no links."""
    home = store.trials / study
    if not home.is_dir() or home.is_symlink():
        return
    for path in sorted(home.iterdir()):
        if _IDENTITY.fullmatch(path.name) and path.is_dir() and not path.is_symlink():
            yield _folder(path)


def clear_recorded(store: Store, study: str, results: ResultSet) -> None:
    """Delete the folders of finished trials, which a driver leaves that is killed right after recording one.

    Hold the study's lock.
    """
    finished = {item.identity for item in results if item.status is Status.FINISHED}
    for folder in trial_folders(store, study):
        if folder.identity in finished:
            shutil.rmtree(folder.path)


def studies_with_folders(store: Store) -> tuple[str, ...]:
    """The studies that have folders of trials."""
    if not store.trials.is_dir():
        return ()
    return tuple(sorted(path.name for path in store.trials.iterdir() if path.is_dir()))


def study_lock_file(store: Store, study: str) -> Path:
    """The lock that a process holds while it runs the study."""
    return store.trials / f"{study}.lock"


def by_identity(runs: tuple[RecordedRun, ...]) -> dict[str, RecordedRun]:
    """Identity to the run that stands for it: a finished one, else the newest."""
    ordered = sorted(runs, key=lambda run: (run.row.status is Status.FINISHED, run.row.start_ms))
    return {run.row.tags[IDENTITY]: run for run in ordered}


def unrecorded(folder: TrialFolder, runs: Mapping[str, RecordedRun]) -> str | None:
    """What a trial wrote that its record lacks, as a sentence; ``None`` if that is nothing."""
    run = runs.get(folder.identity)
    if run is not None and run.row.status is Status.FINISHED:
        return None
    deliver = "The next 'ablate run' of the study records it"
    if not folder.readable:
        return f"{folder.path}/events.jsonl holds something that is no event"
    if folder.finished:
        return f"{folder.path} holds a result that is not recorded. {deliver}"
    missing = sorted(folder.epochs - (run.epochs if run is not None else frozenset()))
    if missing:
        return f"{folder.path} holds {_epochs(missing)} not recorded. {deliver}"
    return None


def _folder(path: Path) -> TrialFolder:
    try:
        events = read_events(path / "events.jsonl")
    except (ValueError, OSError):
        return TrialFolder(path, finished=False, epochs=frozenset(), readable=False)
    epochs = frozenset(event.epoch for event in events if isinstance(event, EpochMetrics))
    return TrialFolder(path, any(isinstance(event, Finished) for event in events), epochs)


def _epochs(numbers: list[int]) -> str:
    if len(numbers) == 1:
        return f"epoch {numbers[0]}, which is"
    return f"{len(numbers)} epochs ({numbers[0]} to {numbers[-1]}), which are"
