"""The contract, over every recorder, and that all of them record the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from ablate.record import (
    MemoryRecorder,
    MemoryStore,
    MlflowRecorder,
    Recorder,
    Store,
    artifact_path,
)
from ablate.results import Status
from ablate.testing.recorder_cases import FAILED, RecorderCases, card, comparable, play


class TestMemoryRecorder(RecorderCases):
    @pytest.fixture(autouse=True)
    def _shared(self) -> None:
        self.shared = MemoryStore()

    def recorder(self, study: str) -> Recorder:
        return MemoryRecorder(self.shared, study)

    @property
    def artifact(self) -> Callable[[str, str], bytes]:
        def read(run_id: str, name: str) -> bytes:
            return self.shared.studies["s"][run_id].artifacts[name]

        return read


class TestMlflowRecorder(RecorderCases):
    @pytest.fixture(autouse=True)
    def _shared(self, store: Store) -> None:
        self.shared = store

    def recorder(self, study: str) -> Recorder:
        return MlflowRecorder(self.shared, study, "Why?")

    @property
    def artifact(self) -> Callable[[str, str], bytes]:
        return lambda run_id, name: artifact_path(self.shared, run_id, name).read_bytes()


def _a_whole_study(make: Callable[[str], Recorder]) -> Recorder:
    other, recorder = make("other"), make("s")
    play(other, card("adopted"))
    for seed in (0, 1):
        play(recorder, card("a", seed))
        play(recorder, card("b", seed), replace(FAILED, status=Status.DIVERGED, reason="loss NaN"))
    recorder.adopt(card("adopted", name="own name", factors={"x.y": "1"}))
    recorder.begin(card("left"))
    recorder.reconcile(())
    recorder.begin(card("running"))
    play(recorder, card("b", 1))
    return recorder


def test_every_recorder_records_the_same(store: Store) -> None:
    memory = MemoryStore()
    expected = _a_whole_study(lambda study: MemoryRecorder(memory, study))
    found = _a_whole_study(lambda study: MlflowRecorder(store, study))
    assert comparable(found.results()) == comparable(expected.results())
    assert len(found.results()) == 7
