"""All that stands in the records of a study, for those who look after them: runs, epochs, where their files are."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from ablate.errors import RecordError
from ablate.record import database, tables
from ablate.record.reader import experiment_id
from ablate.record.relocate import present_folder
from ablate.record.rows import RunRow
from ablate.record.store import Store

#: On a run whose weights were deleted because the study keeps only some.
DROPPED = "ablate.dropped"
WEIGHTS = "weights"


@dataclass(frozen=True, slots=True)
class RecordedRun:
    """One run of a trial: its row, the epochs that have metrics, and the folder of its artifacts.

    ``artifacts`` is ``None`` where they are not on this machine.
    """

    row: RunRow
    epochs: frozenset[int]
    artifacts: Path | None

    @property
    def dropped(self) -> bool:
        """Whether its weights were deleted on purpose."""
        return self.row.tags.get(DROPPED) == WEIGHTS


def recorded_runs(store: Store, study: str) -> tuple[RecordedRun, ...]:
    """Every run of a study's trials that was not deleted; none where nothing is recorded.

    Raises:
        RecordError: the store cannot be read.
    """
    experiment = experiment_id(store, study)
    if experiment is None:
        return ()
    with database.reading(store.database) as connection:
        rows = tables.trial_runs(connection, experiment)
        epochs = _epochs(connection, experiment)
        places = _places(connection, store, "experiment_id = ?", int(experiment))
    return tuple(
        RecordedRun(row, frozenset(epochs[row.run_id]), places[row.run_id]) for row in rows
    )


def deleted_runs(store: Store) -> dict[str, list[Path]]:
    """Study to the folders of artifacts of its runs that were deleted in MLflow and can still be taken back.

    Raises:
        RecordError: the store cannot be read.
    """
    query = (
        "SELECT experiments.name, run_uuid FROM runs JOIN experiments USING (experiment_id)"
        " WHERE runs.lifecycle_stage = 'deleted' ORDER BY run_uuid"
    )
    found: dict[str, list[Path]] = defaultdict(list)
    if not store.exists:
        return found
    with database.reading(store.database) as connection:
        places = _places(connection, store, "lifecycle_stage = ?", "deleted")
        for study, run_id in connection.execute(query):
            folder = places[run_id]
            if folder is not None:
                found[study].append(folder)
    return found


def damages(store: Store) -> tuple[str, ...]:
    """What SQLite finds wrong with the database, a line each."""
    try:
        with database.reading(store.database) as connection:
            lines = [str(line) for (line,) in connection.execute("PRAGMA integrity_check")]
    except RecordError as error:
        return (str(error),)
    return () if lines == ["ok"] else tuple(f"{store.database}: {line}" for line in lines)


def _epochs(connection: sqlite3.Connection, experiment: str) -> dict[str, set[int]]:
    query = (
        "SELECT DISTINCT run_uuid, step FROM metrics WHERE step > 0 AND run_uuid IN"
        " (SELECT run_uuid FROM runs WHERE experiment_id = ?)"
    )
    found: dict[str, set[int]] = defaultdict(set)
    for run_id, step in connection.execute(query, (int(experiment),)):
        found[run_id].add(step)
    return found


def _places(
    connection: sqlite3.Connection, store: Store, which: str, value: object
) -> dict[str, Path | None]:
    query = f"SELECT run_uuid, artifact_uri FROM runs WHERE {which}"  # noqa: S608 - fixed texts
    return {
        run_id: _present(uri, store.artifacts)
        for run_id, uri in connection.execute(query, (value,))
    }


def _present(uri: str, artifacts: Path) -> Path | None:
    try:
        return present_folder(uri, artifacts)
    except RecordError:
        return None
