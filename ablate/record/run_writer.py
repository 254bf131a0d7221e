"""What a trial adds to its run, written into MLflow's tables: all of one event in one transaction.

MLflow's client makes experiments and runs. For what follows, its calls take five to ten times as long as the rows they
write, each piece in transactions of its own, and it cannot take metrics back, as a new attempt must. The rows here are
those that the client writes (a test compares them), and a crash leaves all of an event or nothing.
"""

from __future__ import annotations

import math
import sqlite3
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from ablate.errors import RecordError
from ablate.record import database, keys

#: A metric: (key, value, time in ms, step).
Point = tuple[str, float, int, int]

_METRIC = """
INSERT OR IGNORE INTO metrics (run_uuid, key, timestamp, step, value, is_nan) VALUES (?, ?, ?, ?, ?, ?)
"""
_LATEST = """
INSERT INTO latest_metrics (run_uuid, key, timestamp, step, value, is_nan) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (key, run_uuid) DO UPDATE
SET timestamp = excluded.timestamp, step = excluded.step, value = excluded.value, is_nan = excluded.is_nan
WHERE (excluded.step, excluded.timestamp, excluded.value) > (step, timestamp, value)
"""
_RENEWED = """
INSERT INTO latest_metrics (key, value, timestamp, step, is_nan, run_uuid)
SELECT key, value, timestamp, step, is_nan, run_uuid FROM (
    SELECT *, row_number() OVER (
        PARTITION BY key ORDER BY step DESC, timestamp DESC, value DESC
    ) AS place FROM metrics WHERE run_uuid = ?
) WHERE place = 1
"""
_TAG = """
INSERT INTO tags (run_uuid, key, value) VALUES (?, ?, ?)
ON CONFLICT (key, run_uuid) DO UPDATE SET value = excluded.value
"""


@contextmanager
def changing(path: Path, run_id: str) -> Iterator[RunWriter]:
    """Change a run: everything within the block, or nothing.

    Raises:
        RecordError: there is no such run (any more), or the store cannot be written.
    """
    with database.writing(path) as connection:
        row = connection.execute(
            "SELECT experiment_id FROM runs WHERE run_uuid = ? AND lifecycle_stage = 'active'",
            (run_id,),
        ).fetchone()
        if row is None:
            raise RecordError(
                f"{path} has no run {run_id} any more. If it was deleted in MLflow, run the same command again"
            )
        yield RunWriter(connection, run_id, row[0])


class RunWriter:
    """A run within one transaction. Names of metrics and parameters are those that MLflow takes."""

    def __init__(self, connection: sqlite3.Connection, run_id: str, experiment: int) -> None:
        self._connection = connection
        self._run = run_id
        self._experiment = experiment

    def params(self, values: Mapping[str, str]) -> None:
        """Add parameters; those that stand stay, as MLflow promises its users."""
        self._connection.executemany(
            "INSERT OR IGNORE INTO params (run_uuid, key, value) VALUES (?, ?, ?)",
            [(self._run, key, value) for key, value in values.items()],
        )

    def tags(self, values: Mapping[str, str]) -> None:
        """Set tags.

        Raises:
            RecordError: one is longer than MLflow's own client keeps.
        """
        for key, value in values.items():
            if len(value) > keys.MAX_TAG:
                raise RecordError(
                    f"the tag {key!r} has {len(value)} characters; MLflow keeps {keys.MAX_TAG}. Shorten it"
                )
        self._connection.executemany(
            _TAG, [(self._run, key, value) for key, value in values.items()]
        )

    def remove_tag(self, key: str) -> None:
        """Remove a tag, if it is there."""
        self._connection.execute(
            "DELETE FROM tags WHERE run_uuid = ? AND key = ?", (self._run, key)
        )

    def points(self, points: Iterable[Point]) -> None:
        """Add metrics that are not infinite; the same one twice is one."""
        rows = [
            (self._run, key, time_ms, step, 0.0 if math.isnan(value) else value, math.isnan(value))
            for key, value, time_ms, step in points
        ]
        self._connection.executemany(_METRIC, rows)
        self._connection.executemany(_LATEST, rows)

    def dataset(self, name: str, digest: str) -> None:
        """Name the data set the run uses; fills a column of the UI."""
        name, digest = name[:500], digest[:36]
        self._connection.execute(
            "INSERT OR IGNORE INTO datasets VALUES (?, ?, ?, ?, 'local', '{}', NULL, NULL)",
            (uuid.uuid4().hex, self._experiment, name, digest),
        )
        self._connection.execute(
            "INSERT OR IGNORE INTO inputs"
            " (input_uuid, source_type, source_id, destination_type, destination_id)"
            " SELECT ?, 'DATASET', dataset_uuid, 'RUN', ? FROM datasets"
            " WHERE experiment_id = ? AND name = ? AND digest = ?",
            (uuid.uuid4().hex, self._run, self._experiment, name, digest),
        )

    def start_no_later(self, start_ms: int) -> None:
        """Move the start back to when the trial really began; the record may have come later."""
        self._set("start_time = min(start_time, ?)", start_ms)

    def restart(self, start_ms: int) -> None:
        """Give the run another start."""
        self._set("start_time = ?", start_ms)

    def reopen(self, name: str) -> None:
        """Put the run back to RUNNING, under a name."""
        self._set("status = 'RUNNING', name = ?", name)
        self.tags({keys.RUN_NAME: name})

    def end(self, state: str, end_ms: int) -> None:
        """Give the run its terminal state: FINISHED, FAILED or KILLED."""
        self._set("status = ?, end_time = ?", state, end_ms)

    def forget_epochs(self, first: int, before_ms: int) -> None:
        """Take back the metrics of epochs from ``first`` on that were taken before ``before_ms``."""
        self._forget("step >= ? AND timestamp < ?", max(first, keys.SUMMARY_STEP + 1), before_ms)

    def forget_summary(self, except_ms: int) -> None:
        """Take back summary metrics that another end of the trial wrote."""
        self._forget("step = ? AND timestamp != ?", keys.SUMMARY_STEP, except_ms)

    def _forget(self, which: str, *arguments: int) -> None:
        gone = self._connection.execute(
            f"DELETE FROM metrics WHERE run_uuid = ? AND {which}",  # noqa: S608 - fixed text
            (self._run, *arguments),
        )
        if gone.rowcount:
            self._connection.execute("DELETE FROM latest_metrics WHERE run_uuid = ?", (self._run,))
            self._connection.execute(_RENEWED, (self._run,))

    def _set(self, what: str, *values: object) -> None:
        self._connection.execute(
            f"UPDATE runs SET {what} WHERE run_uuid = ?",  # noqa: S608 - fixed text
            (*values, self._run),
        )
