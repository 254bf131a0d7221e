"""What is missing or damaged in the records of a store."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ablate.record.inventory import RecordedRun, damages, recorded_runs
from ablate.record.keys import STAGE
from ablate.record.reader import studies
from ablate.record.store import Store
from ablate.runner.study import Study
from ablate.runner.upkeep.leftovers import (
    by_identity,
    studies_with_folders,
    study_lock_file,
    trial_folders,
    unrecorded,
)
from ablate.runner.upkeep.run_checks import run_damage
from ablate.schedule.lock import is_held


@dataclass(frozen=True, slots=True)
class Damage:
    """Something missing or damaged: of a trial's run, of a study, or of the store itself."""

    what: str
    study: str = ""
    trial: str = ""
    run_id: str = ""

    def __str__(self) -> str:
        """One line.

        >>> str(Damage("weights.safetensors is missing", "basenet", "Batch norm, seed 0", "12ab"))
        'basenet: Batch norm, seed 0: weights.safetensors is missing (run 12ab)'
        """
        where = [part for part in (self.study, self.trial) if part]
        run = f" (run {self.run_id})" if self.run_id else ""
        return ": ".join([*where, self.what]) + run


@dataclass(frozen=True, slots=True)
class Verified:
    """How many runs were looked at, and what is wrong."""

    runs: int
    damages: tuple[Damage, ...]


def verify_study(study: Study) -> Verified:
    """Look at everything that is recorded of a study; every byte of its artifacts is read.

    Raises:
        RecordError: the records cannot be read at all.
    """
    broken = _database_damage(study.store)
    if broken.damages:
        return broken
    return _verified(study.store, study.plan.study, study.plan.primary.metric)


def verify_store(store: Store) -> Verified:
    """Look at everything that is recorded in a store.

    Raises:
        RecordError: the records cannot be read at all.
    """
    broken = _database_damage(store)
    if broken.damages:
        return broken
    names = (*studies(store), *studies_with_folders(store))
    parts = [_verified(store, name, None) for name in dict.fromkeys(names)]
    found = tuple(damage for part in parts for damage in part.damages)
    return Verified(sum(part.runs for part in parts), found)


def _database_damage(store: Store) -> Verified:
    found = damages(store) if store.exists else ()
    return Verified(0, tuple(Damage(line) for line in found))


def _verified(store: Store, study: str, primary: str | None) -> Verified:
    runs = recorded_runs(store, study)
    held = is_held(study_lock_file(store, study))
    found = [
        Damage(line, study, run.row.name, run.row.run_id)
        for run in runs
        for line in run_damage(run, _expected(run, primary), held=held)
    ]
    if not held:
        recorded = by_identity(runs)
        lines = [unrecorded(folder, recorded) for folder in trial_folders(store, study)]
        lines += _journal_damage(store.optuna / f"{study}.journal")
        found += [Damage(line, study) for line in lines if line is not None]
    return Verified(len(runs), tuple(found))


def _expected(run: RecordedRun, primary: str | None) -> str | None:
    """The metric that a run must have; a stage is measured by one of its own."""
    return None if STAGE in run.row.tags else primary


def _journal_damage(journal: Path) -> Iterator[str]:
    """What is wrong with an Optuna journal, which may be deleted: the records are the truth."""
    remedy = "It may be deleted: the next 'ablate run' makes it again from the records"
    try:
        lines = journal.read_bytes().split(b"\n")
    except FileNotFoundError:
        return
    except OSError as error:
        yield f"{journal} cannot be read: {error.strerror}. {remedy}"
        return
    if lines.pop():
        yield f"the last line of {journal} is incomplete. The next 'ablate run' cuts it off"
    for number, line in enumerate(lines, 1):
        try:
            json.loads(line)
        except ValueError:
            yield f"{journal}: line {number} is damaged. {remedy}"
            return
