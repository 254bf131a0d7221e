from __future__ import annotations

import errno
import math
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ablate.events import EventReader, EventWriter, decode, encode, read_events
from ablate.files import WriteError
from ablate.results import EpochMetrics, Event, Failed, Finished, Started, Status

EVENTS: list[Event] = [
    Started(1, "cpu", 10, 10, 2),
    EpochMetrics(1, 2, {"val/accuracy": 0.5}),
    EpochMetrics(2, 3, {"val/accuracy": 1 / 3}),
    Finished(4, {"val/accuracy": 1 / 3}, {}, {"duration_s": 0.1}, ("a", "ü|\n")),
]
metrics = st.dictionaries(st.text(), st.floats(allow_nan=False))


@given(st.integers(0), st.integers(0), metrics)
def test_events_survive_their_line(epoch: int, time_ms: int, values: dict[str, float]) -> None:
    event = EpochMetrics(epoch, time_ms, values)
    line = encode(event)
    assert "\n" not in line
    assert decode(line) == event


def test_nan_and_failures_survive() -> None:
    event = decode(encode(EpochMetrics(1, 1, {"loss": math.nan})))
    assert isinstance(event, EpochMetrics)
    assert math.isnan(event.metrics["loss"])
    failed = Failed(1, Status.DIVERGED, "loss became nan", "trace\nback")
    assert decode(encode(failed)) == failed


@pytest.mark.parametrize(
    "line", ["", "{}", "[]", '{"event": "other"}', '{"event": "epoch"}', "nul"]
)
def test_other_lines_are_not_events(line: str) -> None:
    with pytest.raises(ValueError, match="not an event"):
        decode(line)


def test_a_file_cut_anywhere_gives_the_whole_events_before_the_cut(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    writer = EventWriter(path)
    for event in EVENTS:
        writer.write(event)
    writer.close()
    whole = path.read_bytes()
    for size in range(len(whole) + 1):
        path.write_bytes(whole[:size])
        count = whole[:size].count(b"\n")
        assert read_events(path) == EVENTS[:count]
        again = EventWriter(path)
        again.write(EVENTS[-1])
        again.close()
        assert read_events(path) == [*EVENTS[:count], EVENTS[-1]]


def test_a_reader_sees_each_event_once(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    reader = EventReader(path)
    assert list(reader.new()) == []
    writer = EventWriter(path)
    for event in EVENTS:
        writer.write(event)
        assert list(reader.new()) == [event]
    assert list(reader.new()) == []
    writer.close()


def written(path: Path, count: int) -> EventWriter:
    writer = EventWriter(path)
    for event in EVENTS[:count]:
        writer.write(event)
    return writer


def test_an_event_that_cannot_be_flushed_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "events.jsonl"
    writer = written(path, 2)

    def fsync(_: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fsync)
        with pytest.raises(WriteError, match=r"events\.jsonl.*bytes free"):
            writer.write(EVENTS[2])
    assert read_events(path) == EVENTS[:2]
    writer.write(EVENTS[2])
    assert read_events(path) == EVENTS[:3]
    writer.close()


@given(st.integers(0, 60))
def test_a_full_disk_leaves_no_half_event(tmp_path_factory: Any, room: int) -> None:
    """The system writes what there is room for, and then refuses."""
    path = tmp_path_factory.mktemp("full") / "events.jsonl"
    writer = written(path, 1)
    left = room

    def write(handle: int, data: bytes) -> int:
        nonlocal left
        if not left:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        count = os_write(handle, data[: min(left, 7)])
        left -= count
        return count

    os_write = os.write
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "write", write)
        with pytest.raises(WriteError, match="No space left"):
            writer.write(EVENTS[1])
    assert read_events(path) == EVENTS[:1]
    assert path.read_bytes().endswith(b"}\n")
    writer.close()


@pytest.mark.parametrize("gone", ["file", "folder", "replaced"])
def test_a_file_that_is_not_there_any_more_is_noticed(tmp_path: Path, gone: str) -> None:
    path = tmp_path / "trial" / "events.jsonl"
    writer = written(path, 2)
    path.unlink()
    if gone == "folder":
        path.parent.rmdir()
    if gone == "replaced":
        path.touch()
    with pytest.raises(WriteError):
        writer.write(EVENTS[2])
    writer.close()


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("torn")
    (tmp_path / "events.jsonl").symlink_to(tmp_path / "target")
    with pytest.raises(WriteError):
        EventWriter(tmp_path / "events.jsonl")
    assert (tmp_path / "target").read_text() == "torn"


def test_a_reader_begins_anew_with_another_file(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    written(path, 3).close()
    reader = EventReader(path)
    assert len(list(reader.new())) == 3
    path.rename(tmp_path / "kept")  # so that its number is not used again
    written(path, 1).close()
    assert list(reader.new()) == EVENTS[:1]


def test_a_reader_survives_an_event_that_was_taken_back(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    written(path, 2).close()
    reader = EventReader(path)
    size = path.stat().st_size
    written(path, 1).close()
    assert len(list(reader.new())) == 3
    os.truncate(path, size)
    assert list(reader.new()) == []
    writer = EventWriter(path)
    writer.write(EVENTS[3])
    writer.close()
    assert list(reader.new()) == [EVENTS[3]]


def test_a_reader_forgives_one_passing_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "events.jsonl"
    written(path, 2).close()
    errors = [OSError(errno.EIO, "Input/output error")]
    opened = Path.open

    def flaky(self: Path, *arguments: Any) -> Any:
        if errors:
            raise errors.pop()
        return opened(self, *arguments)

    monkeypatch.setattr(Path, "open", flaky)
    assert list(EventReader(path).new()) == EVENTS[:2]


def test_a_file_in_place_of_the_folder_holds_no_events(tmp_path: Path) -> None:
    (tmp_path / "trial").write_text("a file")
    assert read_events(tmp_path / "trial" / "events.jsonl") == []
