"""One metric over the epochs of many runs, and how long they took: what a search is rebuilt from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from ablate.record import database, keys
from ablate.record.names import encode
from ablate.record.store import Store

Curve = tuple[tuple[int, float], ...]

_CHUNK = 500


def read_curves(store: Store, run_ids: Iterable[str], metric: str) -> dict[str, Curve]:
    """Run id to (epoch, value) in ascending order; runs without a value are left out.

    Raises:
        RecordError: the store cannot be read.
    """
    found: dict[str, list[tuple[int, float]]] = {}
    with database.reading(store.database) as connection:
        for part in _parts(run_ids):
            rows = connection.execute(
                "SELECT run_uuid, step, CASE is_nan WHEN 1 THEN NULL ELSE value END FROM metrics"  # noqa: S608
                f" WHERE key = ? AND step > ? AND run_uuid IN ({', '.join('?' * len(part))})"
                " ORDER BY run_uuid, step, timestamp",
                (encode(metric), keys.SUMMARY_STEP, *part),
            )
            for run_id, step, value in rows:
                number = float("nan") if value is None else float(value)
                found.setdefault(run_id, []).append((int(step), number))
    return {run_id: tuple(dict(points).items()) for run_id, points in found.items()}


def read_durations(store: Store, run_ids: Iterable[str]) -> dict[str, float]:
    """Run id to seconds from its start to its end; runs that have not ended are left out.

    Raises:
        RecordError: the store cannot be read.
    """
    found: dict[str, float] = {}
    with database.reading(store.database) as connection:
        for part in _parts(run_ids):
            rows = connection.execute(
                "SELECT run_uuid, end_time - start_time FROM runs"  # noqa: S608
                f" WHERE end_time IS NOT NULL AND run_uuid IN ({', '.join('?' * len(part))})",
                part,
            )
            found |= {run_id: milliseconds / 1000 for run_id, milliseconds in rows}
    return found


def _parts(run_ids: Iterable[str]) -> Iterator[Sequence[str]]:
    left = iter(run_ids)
    while part := tuple(islice(left, _CHUNK)):
        yield part
