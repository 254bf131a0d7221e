"""Results read back from the store, in a fraction of a second and without importing MLflow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection

from ablate.errors import RecordError
from ablate.record import database, schema, tables
from ablate.record.names import relative_name
from ablate.record.relocate import present_folder
from ablate.record.rows import to_result, to_results
from ablate.record.store import Store
from ablate.results import ResultSet, TrialResult


def read_results(store: Store, study: str) -> ResultSet:
    """The trials of a study, one for each identity, by condition and seed.

    Empty where nothing was recorded yet. Deleted runs and the report's own run are left out.

    Raises:
        RecordError: the store cannot be read.
    """
    if not store.exists:
        return ResultSet(study, ())
    with database.reading(store.database) as connection:
        if schema.revision_of(connection) == schema.KNOWN_REVISION:
            experiment = tables.experiment_id(connection, study)
            runs = tables.trial_runs(connection, experiment) if experiment else []
            return ResultSet(study, to_results(runs))
    from ablate.record.client_reader import trial_runs

    return ResultSet(study, to_results(trial_runs(store, study)))


def read_run(store: Store, run_id: str) -> TrialResult:
    """One trial by the id of its run.

    Raises:
        RecordError: there is no such trial.
    """
    with _opened(store) as connection:
        row = tables.one_run(connection, run_id)
    if row is None:
        raise RecordError(_no_run(store, run_id))
    return to_result(row)


def experiment_id(store: Store, study: str) -> str | None:
    """The id of a study's experiment; ``None`` if there is none (any more)."""
    if not store.exists:
        return None
    with _opened(store) as connection:
        return tables.experiment_id(connection, study)


def studies(store: Store) -> dict[str, str]:
    """Each recorded study's experiment id, by name, the oldest first."""
    if not store.exists:
        return {}
    with _opened(store) as connection:
        return tables.experiments(connection)


def find_finished(store: Store, identities: Iterable[str]) -> Mapping[str, tuple[str, str]]:
    """Identity to (study, run id) of those trials that some study of the store has finished."""
    if not store.exists:
        return {}
    with _opened(store) as connection:
        return tables.finished_runs(connection, identities)


def artifact_path(store: Store, run_id: str, name: str) -> Path:
    """The file of an artifact such as ``confusion/test.json``.

    Raises:
        RecordError: there is no such run or artifact, or it is not on this machine.
    """
    path = artifact_folder(store, run_id) / relative_name(name)
    if not path.exists():
        raise RecordError(f"run {run_id} has no artifact {name!r}: {path} does not exist")
    return path


def artifact_folder(store: Store, run_id: str) -> Path:
    """The folder of a run's artifacts.

    Raises:
        RecordError: there is no such run, or its artifacts are not on this machine.
    """
    with _opened(store) as connection:
        uri = tables.artifact_uri(connection, run_id)
    if uri is None:
        raise RecordError(_no_run(store, run_id))
    return present_folder(uri, store.artifacts)


@contextmanager
def _opened(store: Store) -> Iterator[Connection]:
    with database.reading(store.database) as connection:
        if schema.revision_of(connection) != schema.KNOWN_REVISION:
            schema.check(store.database)
        yield connection


def _no_run(store: Store, run_id: str) -> str:
    return f"the store {store.root} has no run {run_id!r}. 'ablate ui' lists its runs"
