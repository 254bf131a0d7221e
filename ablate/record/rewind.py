"""What MLflow's API cannot do to a run: take metrics back, and change its start.

MLflow adds a second row when a step is logged again at another time. The rows of an abandoned attempt go in one
transaction, together with MLflow's own table of latest values, so that every metric stands in a run once.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from ablate.record import database, keys

_LATEST = """
INSERT INTO latest_metrics (key, value, timestamp, step, is_nan, run_uuid)
SELECT key, value, timestamp, step, is_nan, run_uuid FROM (
    SELECT *, row_number() OVER (
        PARTITION BY key ORDER BY step DESC, timestamp DESC, value DESC
    ) AS place FROM metrics WHERE run_uuid = ?
) WHERE place = 1
"""


def recorded_epochs(path: Path, run_id: str) -> dict[int, int]:
    """Epoch to the time (ms) at which its metrics were taken."""
    query = "SELECT step, max(timestamp) FROM metrics WHERE run_uuid = ? AND step > ? GROUP BY step"
    with database.reading(path) as connection:
        return dict(connection.execute(query, (run_id, keys.SUMMARY_STEP)).fetchall())


def forget_epochs(path: Path, run_id: str, first: int, before_ms: int) -> None:
    """Remove the metrics of epochs from ``first`` on that were taken before ``before_ms``."""
    with database.writing(path) as connection:
        connection.execute(
            "DELETE FROM metrics WHERE run_uuid = ? AND step >= ? AND timestamp < ?",
            (run_id, first, before_ms),
        )
        _renew_latest(connection, run_id)


def forget_summary(path: Path, run_id: str, except_ms: int) -> None:
    """Remove summary metrics that another end of the trial wrote."""
    condition = "run_uuid = ? AND step = ? AND timestamp != ?"
    arguments = (run_id, keys.SUMMARY_STEP, except_ms)
    with database.reading(path) as connection:
        query = f"SELECT 1 FROM metrics WHERE {condition} LIMIT 1"  # noqa: S608
        if connection.execute(query, arguments).fetchone() is None:
            return
    with database.writing(path) as connection:
        connection.execute(f"DELETE FROM metrics WHERE {condition}", arguments)  # noqa: S608
        _renew_latest(connection, run_id)


def restart(path: Path, run_id: str, start_ms: int) -> None:
    """Give a run another start."""
    with database.writing(path) as connection:
        connection.execute("UPDATE runs SET start_time = ? WHERE run_uuid = ?", (start_ms, run_id))


def start_no_later(path: Path, run_id: str, start_ms: int) -> None:
    """Move a run's start back to when its trial really began; the record may have come later."""
    with database.writing(path) as connection:
        connection.execute(
            "UPDATE runs SET start_time = min(start_time, ?) WHERE run_uuid = ?", (start_ms, run_id)
        )


def _renew_latest(connection: sqlite3.Connection, run_id: str) -> None:
    connection.execute("DELETE FROM latest_metrics WHERE run_uuid = ?", (run_id,))
    connection.execute(_LATEST, (run_id,))
