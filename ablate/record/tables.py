"""MLflow's tables read with SQL: one query a table, whatever the number of runs."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable

from ablate.record import keys
from ablate.record.rows import RunRow

_RUNS = "SELECT run_uuid, name, status, start_time FROM runs WHERE lifecycle_stage = 'active'"
_CHUNK = 500


def experiments(connection: sqlite3.Connection) -> dict[str, str]:
    """Name to id of the experiments that hold studies, by id; not of MLflow's own ``Default``."""
    query = (
        "SELECT name, experiment_id FROM experiments "
        "WHERE lifecycle_stage = 'active' AND experiment_id != 0 ORDER BY experiment_id"
    )
    return {name: str(number) for name, number in connection.execute(query)}


def experiment_id(connection: sqlite3.Connection, study: str) -> str | None:
    """The id of a study's experiment, if it has one that was not deleted."""
    row = connection.execute(
        "SELECT experiment_id FROM experiments WHERE name = ? AND lifecycle_stage = 'active'",
        (study,),
    ).fetchone()
    return str(row[0]) if row else None


def experiment_time(connection: sqlite3.Connection, experiment: str) -> int:
    """When an experiment was made (ms)."""
    query = "SELECT creation_time FROM experiments WHERE experiment_id = ?"
    row = connection.execute(query, (int(experiment),)).fetchone()
    return int(row[0] or 0) if row else 0


def experiment_tags(connection: sqlite3.Connection, experiment: str) -> dict[str, str]:
    """What the experiment of a study says: its description, and saved views."""
    query = "SELECT key, value FROM experiment_tags WHERE experiment_id = ?"
    return dict(connection.execute(query, (int(experiment),)).fetchall())


def metric_keys(connection: sqlite3.Connection, experiment: str) -> frozenset[str]:
    """The metrics that any run of an experiment has."""
    query = (
        "SELECT DISTINCT key FROM latest_metrics JOIN runs USING (run_uuid)"
        " WHERE experiment_id = ? AND lifecycle_stage = 'active'"
    )
    return frozenset(key for (key,) in connection.execute(query, (int(experiment),)))


def trial_runs(connection: sqlite3.Connection, experiment: str) -> list[RunRow]:
    """Every trial of an experiment that was not deleted, with its summary metrics."""
    runs = _rows(connection, "experiment_id = ?", (int(experiment),))
    return [run for run in runs if keys.IDENTITY in run.tags]


def running_runs(connection: sqlite3.Connection, experiment: str) -> list[RunRow]:
    """The trials of an experiment that MLflow takes for running."""
    which = "experiment_id = ? AND status IN ('RUNNING', 'SCHEDULED')"
    return [
        run for run in _rows(connection, which, (int(experiment),)) if keys.IDENTITY in run.tags
    ]


def unfinished_run(connection: sqlite3.Connection, experiment: str, identity: str) -> RunRow | None:
    """The newest run of a trial that did not finish."""
    row = connection.execute(
        "SELECT run_uuid FROM runs JOIN tags USING (run_uuid)"
        " WHERE tags.key = ? AND tags.value = ? AND experiment_id = ?"
        " AND lifecycle_stage = 'active' AND status != 'FINISHED'"
        " ORDER BY start_time DESC, run_uuid DESC LIMIT 1",
        (keys.IDENTITY, identity, int(experiment)),
    ).fetchone()
    return one_run(connection, row[0]) if row else None


def report_run(connection: sqlite3.Connection, experiment: str) -> RunRow | None:
    """The run that holds a study's report."""
    runs = _rows(
        connection,
        "experiment_id = ? AND run_uuid IN (SELECT run_uuid FROM tags WHERE key = ? AND value = ?)",
        (int(experiment), keys.KIND, keys.REPORT),
    )
    return max(runs, key=lambda run: (run.start_ms, run.run_id), default=None)


def one_run(connection: sqlite3.Connection, run_id: str) -> RunRow | None:
    """One run, ``None`` if there is none or it was deleted."""
    return next(iter(_rows(connection, "run_uuid = ?", (run_id,))), None)


def finished_runs(
    connection: sqlite3.Connection, identities: Iterable[str], except_study: str | None = None
) -> dict[str, tuple[str, str]]:
    """Identity to (study, run id) of its newest finished run in any study."""
    wanted = list(dict.fromkeys(identities))
    found: dict[str, tuple[str, str]] = {}
    for start in range(0, len(wanted), _CHUNK):
        part = wanted[start : start + _CHUNK]
        marks = ", ".join("?" * len(part))
        rows = connection.execute(
            "SELECT identity.value, experiments.name, runs.run_uuid FROM runs"  # noqa: S608
            " JOIN experiments USING (experiment_id)"
            " JOIN tags AS identity ON identity.run_uuid = runs.run_uuid AND identity.key = ?"
            " JOIN tags AS status ON status.run_uuid = runs.run_uuid AND status.key = ?"
            " WHERE runs.lifecycle_stage = 'active' AND experiments.lifecycle_stage = 'active'"
            f" AND runs.status = 'FINISHED' AND status.value = 'finished' AND identity.value IN ({marks})"
            " ORDER BY runs.start_time, runs.run_uuid",
            (keys.IDENTITY, keys.STATUS, *part),
        )
        found |= {
            identity: (study, run_id) for identity, study, run_id in rows if study != except_study
        }
    return found


def artifact_uri(connection: sqlite3.Connection, run_id: str) -> str | None:
    """Where a run's artifacts are, as MLflow stores it."""
    query = "SELECT artifact_uri FROM runs WHERE run_uuid = ?"
    row = connection.execute(query, (run_id,)).fetchone()
    return str(row[0]) if row else None


def duration_ms(connection: sqlite3.Connection, run_id: str) -> int:
    """How long a run took, by MLflow's clock."""
    query = "SELECT end_time - start_time FROM runs WHERE run_uuid = ?"
    row = connection.execute(query, (run_id,)).fetchone()
    return int(row[0] or 0) if row else 0


def recorded_epochs(connection: sqlite3.Connection, run_id: str) -> dict[int, int]:
    """Epoch to the time (ms) at which its metrics were taken."""
    query = "SELECT step, max(timestamp) FROM metrics WHERE run_uuid = ? AND step > ? GROUP BY step"
    return dict(connection.execute(query, (run_id, keys.SUMMARY_STEP)).fetchall())


def history(connection: sqlite3.Connection, run_id: str) -> list[tuple[str, float, int, int]]:
    """Every recorded metric of a run: (key, value, time in ms, step)."""
    rows = connection.execute(
        "SELECT key, value, timestamp, step, is_nan FROM metrics WHERE run_uuid = ?"
        " ORDER BY step, timestamp, key",
        (run_id,),
    )
    return [(key, _number(value, is_nan), time, step) for key, value, time, step, is_nan in rows]


def _rows(
    connection: sqlite3.Connection, which: str, arguments: tuple[object, ...]
) -> list[RunRow]:
    chosen = f"SELECT run_uuid FROM runs WHERE lifecycle_stage = 'active' AND {which}"  # noqa: S608
    tags: dict[str, dict[str, str]] = defaultdict(dict)
    params: dict[str, dict[str, str]] = defaultdict(dict)
    metrics: dict[str, dict[str, float]] = defaultdict(dict)
    for table, values in (("tags", tags), ("params", params)):
        query = f"SELECT run_uuid, key, value FROM {table} WHERE run_uuid IN ({chosen})"  # noqa: S608
        for run_id, key, value in connection.execute(query, arguments):
            values[run_id][key] = value
    query = f"SELECT run_uuid, key, value, is_nan FROM latest_metrics WHERE run_uuid IN ({chosen})"  # noqa: S608
    for run_id, key, value, is_nan in connection.execute(query, arguments):
        if key.startswith(keys.SUMMARY_PREFIXES):
            metrics[run_id][key] = _number(value, is_nan)
    return [
        RunRow(run_id, name or "", state, start or 0, tags[run_id], params[run_id], metrics[run_id])
        for run_id, name, state, start in connection.execute(f"{_RUNS} AND {which}", arguments)
    ]


def _number(value: float, is_nan: int) -> float:
    return float("nan") if is_nan else float(value)
