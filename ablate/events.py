"""The append-only record of a running trial: one JSON line an event, flushed to disk.

A line cut short by a crash is not an event: readers leave it out and writers cut it off before they append.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

from ablate.crash_points import reach
from ablate.files import retry_once, writing
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
    """Appends events to a file; each is on disk when :meth:`write` returns.

    Raises:
        WriteError: the file cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
            self._handle = os.open(path, flags, 0o666)
            _cut_torn_tail(self._handle)

    def write(self, event: Event) -> None:
        """Append one event and flush it to disk.

        An event that could not be written leaves nothing in the file.

        Raises:
            WriteError: the event could not be written or flushed, or the file is not there any more.
        """
        reach("event-before")
        with writing(self._path):
            size = os.fstat(self._handle).st_size
            try:
                _write_all(self._handle, (encode(event) + "\n").encode())
                os.fsync(self._handle)
            except OSError:
                os.ftruncate(self._handle, size)
                raise
            self._check_it_is_there()
        reach("event-after")

    def close(self) -> None:
        """Close the file."""
        os.close(self._handle)

    def _check_it_is_there(self) -> None:
        """What is written into a removed file is lost, and nobody says so."""
        if not os.path.samestat(os.fstat(self._handle), self._path.lstat()):
            raise OSError(errno.ENOENT, "the file was removed or replaced")


def _write_all(handle: int, data: bytes) -> None:
    while data:
        data = data[os.write(handle, data) :]


class EventReader:
    """Reads what a writer, perhaps of another process, has appended since the last look."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0
        self._file: tuple[int, int] | None = None

    def new(self) -> Iterator[Event]:
        """The complete events since the last call; none while the file does not exist."""
        content = retry_once(self._read)
        complete = content[: content.rfind(b"\n") + 1]
        self._offset += len(complete)
        for line in complete.decode("utf-8").splitlines():
            yield decode(line)

    def _read(self) -> bytes:
        try:
            with self._path.open("rb") as stream:
                found = os.fstat(stream.fileno())
                if (
                    found.st_dev,
                    found.st_ino,
                ) != self._file:  # the first look, or another file in its place
                    self._file, self._offset = (found.st_dev, found.st_ino), 0
                self._offset = min(self._offset, found.st_size)  # an event may have been taken back
                stream.seek(self._offset)
                return stream.read()
        except (FileNotFoundError, NotADirectoryError):
            return b""


def read_events(path: Path) -> list[Event]:
    """All complete events of a file; an empty list if it does not exist."""
    return list(EventReader(path).new())


def _cut_torn_tail(handle: int) -> None:
    content = os.pread(handle, os.fstat(handle).st_size, 0)
    end = content.rfind(b"\n") + 1
    if end != len(content):
        os.ftruncate(handle, end)
