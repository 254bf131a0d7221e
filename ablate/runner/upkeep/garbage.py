"""What lies in a store and is of no use any more, and its removal."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from ablate.errors import UsageError
from ablate.record.inventory import deleted_runs, recorded_runs
from ablate.record.reader import read_results, studies
from ablate.record.store import Store
from ablate.runner.identities import fingerprints
from ablate.runner.study import Study
from ablate.runner.summary import Keep
from ablate.runner.upkeep.keep import Droppable, drop, droppable, weights_of
from ablate.runner.upkeep.leftovers import (
    TrialFolder,
    by_identity,
    studies_with_folders,
    study_lock_file,
    trial_folders,
)
from ablate.schedule.lock import AlreadyRunning, study_lock

_CACHED = re.compile(r"([0-9a-f]{32})-.*-v\d+")


@dataclass(frozen=True, slots=True)
class Waste:
    """Something to remove: what it is, where, and the bytes that this gives back."""

    what: str
    path: Path
    bytes: int


@dataclass(frozen=True, slots=True)
class Collected:
    """What was removed, or would be; and the studies that were left alone since they are running."""

    wastes: tuple[Waste, ...]
    running: tuple[str, ...] = ()


def collect_garbage(
    store: Store,
    study: Study | None = None,
    *,
    keep: Keep | None = None,
    cache: Path | None = None,
    dry_run: bool = False,
) -> Collected:
    """Remove from a store what is of no use any more. A study that is running is left alone.

    Folders of trials that are recorded, and artifacts of runs that were deleted in MLflow, always go. With ``study``
    only its own things do, and also folders of interrupted trials that it no longer has.

    Args:
        store: the records.
        study: the study to tidy; every study of the store without one.
        keep: drop weights by this policy, too.
        cache: the folder of decoded data; what neither the records nor ``study`` use is removed from it.
        dry_run: find everything and remove nothing.

    Raises:
        UsageError: ``keep`` is ``best`` without a study, whose plan says which row is the best.
        RecordError: the records cannot be read or written.
        OSError: something cannot be removed.
    """
    if not store.root.exists():
        return Collected(())
    if keep == "best" and study is None:
        raise UsageError("--keep best needs the study file: its plan says which rows are compared")
    found: list[Waste] = []
    running: list[str] = []
    for name in _names(store, study):
        try:
            found += _tidy(store, name, study, keep, dry_run)
        except AlreadyRunning:
            running.append(name)
    if cache is not None:
        found += _tidy_cache(cache, _used(store, study), dry_run)
    return Collected(tuple(found), tuple(running))


def _names(store: Store, study: Study | None) -> list[str]:
    if study is not None:
        return [study.plan.study]
    names = (*studies(store), *studies_with_folders(store), *sorted(deleted_runs(store)))
    return list(dict.fromkeys(names))


def _tidy(
    store: Store, name: str, study: Study | None, keep: Keep | None, dry_run: bool
) -> list[Waste]:
    with study_lock(study_lock_file(store, name)):
        found = [*_folders(store, name, study), *_deleted(store, name)]
        weights = _weights(store, name, study, keep)
        if not dry_run:
            for waste in found:
                shutil.rmtree(waste.path)
            drop(store, name, weights)
    return [*found, *(Waste("weights", item.path, item.bytes) for item in weights)]


def _folders(store: Store, name: str, study: Study | None) -> Iterator[Waste]:
    runs = by_identity(recorded_runs(store, name))
    planned = None if study is None else _planned(study)
    for folder in trial_folders(store, name):
        run = runs.get(folder.identity)
        if run is not None and run.row.status.settled:
            yield Waste("a recorded trial's folder", folder.path, _bytes(folder.path))
        elif planned is not None and _is_obsolete(folder, planned):
            yield Waste("an interrupted trial, no longer planned", folder.path, _bytes(folder.path))


def _is_obsolete(folder: TrialFolder, planned: set[str]) -> bool:
    """Whether a trial will not go on. A result that is not recorded yet always stays."""
    return folder.identity not in planned and not folder.finished and folder.readable


def _planned(study: Study) -> set[str]:
    searches = {search.key for search in study.plan.searches}
    searched = {item.identity for item in study.recorded() if searches & item.searched_by}
    return {*study.identities.values(), *searched}


def _deleted(store: Store, name: str) -> Iterator[Waste]:
    for folder in deleted_runs(store).get(name, ()):
        links = folder.is_symlink() or folder.parent.is_symlink()
        if folder.is_dir() and not links and folder.is_relative_to(store.artifacts):
            yield Waste("artifacts of a run deleted in MLflow", folder, _bytes(folder))


def _weights(
    store: Store, name: str, study: Study | None, keep: Keep | None
) -> tuple[Droppable, ...]:
    if keep is None or keep == "all":
        return ()
    if study is not None:
        return droppable(study, keep)
    return weights_of(recorded_runs(store, name))


def _used(store: Store, study: Study | None) -> set[str]:
    """The fingerprints of the data that is recorded, or planned."""
    used = {item.fingerprint for name in studies(store) for item in read_results(store, name)}
    return used if study is None else used | set(fingerprints(study.plan, study.place).values())


def _tidy_cache(cache: Path, used: Iterable[str], dry_run: bool) -> Iterator[Waste]:
    home = cache / "images"
    for path in sorted(home.iterdir()) if home.is_dir() else ():
        match = _CACHED.fullmatch(path.name)
        if match is None or match[1] in used or path.is_symlink() or not path.is_dir():
            continue
        try:
            with FileLock(f"{path}.lock", timeout=0):
                size = _bytes(path)
                if not dry_run:
                    shutil.rmtree(path)
        except Timeout:  # it is being made
            continue
        yield Waste("decoded data", path, size)


def _bytes(folder: Path) -> int:
    """What removing a folder gives back: files that have another name elsewhere do not count."""
    found = (path.lstat() for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    return sum(item.st_size for item in found if item.st_nlink == 1)
