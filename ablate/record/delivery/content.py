"""The runs of a study as they stand in the local store: what a server must come to hold."""

from __future__ import annotations

import hashlib
import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ablate.record import keys, tables
from ablate.record.artifacts import files_below
from ablate.record.relocate import present_folder

#: A metric as it is stored: (key, value, time in ms, step).
Point = tuple[str, float, int, int]

TERMINAL = ("FINISHED", "FAILED", "KILLED")

_ACTIVE = "lifecycle_stage = 'active' AND experiment_id = ?"


@dataclass(frozen=True, slots=True)
class Stamp:
    """A run and a digest of all that is recorded of it, artifacts aside: those are complete when its end is."""

    run_id: str
    name: str
    state: str
    digest: str
    ready: bool
    """Whether it may be delivered: it trains (its start is then final) or has ended."""

    @property
    def ended(self) -> bool:
        """Whether the run has a terminal state."""
        return self.state in TERMINAL


@dataclass(frozen=True, slots=True)
class Content:
    """One run, whole. ``metrics`` has epochs in order, the summary last; ``end_ms`` is ``None`` before the end."""

    stamp: Stamp
    start_ms: int
    end_ms: int | None
    tags: dict[str, str]
    params: dict[str, str]
    metrics: tuple[Point, ...]
    datasets: tuple[tuple[str, str, str, str], ...]
    """Data sets as (name, digest, type of source, source)."""
    artifacts: Path


def stamps(connection: sqlite3.Connection, experiment: str) -> list[Stamp]:
    """Every trial and report of an experiment, the oldest first."""
    chosen = f"SELECT run_uuid FROM runs WHERE {_ACTIVE}"  # noqa: S608 - fixed text
    number = (int(experiment),)
    rows: dict[str, list[tuple[object, ...]]] = defaultdict(list)
    tags: dict[str, set[str]] = defaultdict(set)
    for table in ("tags", "params"):
        query = f"SELECT run_uuid, key, value FROM {table} WHERE run_uuid IN ({chosen})"  # noqa: S608
        for run_id, key, value in connection.execute(query, number):
            rows[run_id].append((table, key, value))
            if table == "tags":
                tags[run_id].add(key)
    latest = "SELECT run_uuid, key, value, timestamp, step, is_nan FROM latest_metrics"
    for run_id, *row in connection.execute(f"{latest} WHERE run_uuid IN ({chosen})", number):
        rows[run_id].append(("metrics", *row))
    runs = f"SELECT run_uuid, name, status, start_time, end_time FROM runs WHERE {_ACTIVE}"  # noqa: S608
    return [
        Stamp(run_id, name or "", state, _digest(rows[run_id], name, state, *times), ready)
        for run_id, name, state, *times in connection.execute(
            f"{runs} ORDER BY start_time, run_uuid", number
        )
        if keys.KIND in tags[run_id]
        for ready in [state in TERMINAL or keys.EPOCHS in tags[run_id]]
    ]


def read_content(connection: sqlite3.Connection, stamp: Stamp, artifacts: Path) -> Content | None:
    """A run in full; ``None`` if it was deleted. ``artifacts`` is the store's folder of them."""
    row = connection.execute(
        "SELECT status, start_time, end_time, artifact_uri FROM runs"
        " WHERE run_uuid = ? AND lifecycle_stage = 'active'",
        (stamp.run_id,),
    ).fetchone()
    if row is None or row[0] != stamp.state:
        return None
    state, start_ms, end_ms, uri = row
    return Content(
        stamp=stamp,
        start_ms=start_ms,
        end_ms=end_ms if state in TERMINAL else None,
        tags=_texts(connection, "tags", stamp.run_id),
        params=_texts(connection, "params", stamp.run_id),
        metrics=tuple(sorted(tables.history(connection, stamp.run_id), key=_place)),
        datasets=_datasets(connection, stamp.run_id),
        artifacts=present_folder(uri, artifacts),
    )


def files_of(content: Content) -> list[Path]:
    """The artifacts of a run."""
    return list(files_below(content.artifacts)) if content.artifacts.is_dir() else []


def files_digest(content: Content, files: Iterable[Path]) -> str:
    """A digest that changes whenever an artifact does, from names, sizes and times."""
    listing = [
        (str(file.relative_to(content.artifacts)), status.st_size, status.st_mtime_ns)
        for file in files
        for status in [file.stat()]
    ]
    return hashlib.blake2b(repr(listing).encode(), digest_size=16).hexdigest()


def points_digest(points: Iterable[Point]) -> str:
    """A digest of metrics in their order; NaN equals NaN."""
    return hashlib.blake2b(repr(list(points)).encode(), digest_size=16).hexdigest()


def _place(point: Point) -> tuple[bool, int, int, str]:
    key, _, time_ms, step = point
    return (step == keys.SUMMARY_STEP, step, time_ms, key)


def _digest(rows: list[tuple[object, ...]], *fields: object) -> str:
    text = repr([fields, sorted(rows, key=repr)])
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _texts(connection: sqlite3.Connection, table: str, run_id: str) -> dict[str, str]:
    query = f"SELECT key, value FROM {table} WHERE run_uuid = ?"  # noqa: S608 - fixed text
    return dict(connection.execute(query, (run_id,)).fetchall())


def _datasets(connection: sqlite3.Connection, run_id: str) -> tuple[tuple[str, str, str, str], ...]:
    query = (
        "SELECT name, digest, dataset_source_type, dataset_source FROM datasets"
        " JOIN inputs ON inputs.source_id = dataset_uuid AND inputs.source_type = 'DATASET'"
        " WHERE inputs.destination_type = 'RUN' AND inputs.destination_id = ? ORDER BY name, digest"
    )
    return tuple(connection.execute(query, (run_id,)).fetchall())
