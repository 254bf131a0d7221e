"""The append-only record of a running trial: one JSON line an event, flushed to disk.

A line cut short by a crash is not an event: readers leave it out and writers cut it off before they append.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

from ablate.results import EpochMetrics, Event, Failed, Finished, Started, Status

_KINDS: dict[str, type[Any]] = {
    "started": Started,
    "epoch": EpochMetrics,
    "finished": Finished,
    "failed": Failed,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}


def encode(event: Event) -> str:
    """An event as one line of JSON (NaN and infinity as Python writes them).

    >>> encode(EpochMetrics(1, 5, {"val/accuracy": 0.5}))
    '{"event": "epoch", "epoch": 1, "time_ms": 5, "metrics": {"val/accuracy": 0.5}}'
    """
    values = {item.name: getattr(event, item.name) for item in fields(event)}
    return json.dumps({"event": _NAMES[type(event)], **values})


def decode(line: str) -> Event:
    """The event of a line.

    Raises:
        ValueError: the line is not an event.
    """
    try:
        values = json.loads(line)
        kind = _KINDS[values.pop("event")]
        if "classes" in values:
            values["classes"] = tuple(values["classes"])
        if "status" in values:
            values["status"] = Status(values["status"])
        event: Event = kind(**values)
    except (TypeError, KeyError, AttributeError, json.JSONDecodeError) as error:
        raise ValueError(f"not an event: {line[:80]!r}") from error
    return event


class EventWriter:
    """Appends events to a file; each is on disk when :meth:`write` returns."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        _cut_torn_tail(path)
        self._stream = path.open("a", encoding="utf-8")

    def write(self, event: Event) -> None:
        """Append one event and flush it to disk.

        Raises:
            OSError: the event could not be written or flushed.
        """
        self._stream.write(encode(event) + "\n")
        self._stream.flush()
        os.fsync(self._stream.fileno())

    def close(self) -> None:
        """Close the file."""
        self._stream.close()


class EventReader:
    """Reads what a writer, perhaps of another process, has appended since the last look."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0

    def new(self) -> Iterator[Event]:
        """The complete events since the last call; none while the file does not exist."""
        try:
            with self._path.open("rb") as stream:
                stream.seek(self._offset)
                content = stream.read()
        except FileNotFoundError:
            return
        complete = content[: content.rfind(b"\n") + 1]
        self._offset += len(complete)
        for line in complete.decode("utf-8").splitlines():
            yield decode(line)


def read_events(path: Path) -> list[Event]:
    """All complete events of a file; an empty list if it does not exist."""
    return list(EventReader(path).new())


def _cut_torn_tail(path: Path) -> None:
    if not path.exists():
        return
    with path.open("rb+") as stream:
        content = stream.read()
        end = content.rfind(b"\n") + 1
        if end != len(content):
            stream.truncate(end)
