from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ablate.events import EventReader, EventWriter, decode, encode, read_events
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
