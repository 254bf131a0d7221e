"""What a memory recorder shows beyond the contract: epochs, artifacts and reports."""

from __future__ import annotations

from pathlib import Path

import pytest

from ablate.errors import RecordError
from ablate.record import MemoryRecorder, MemoryStore
from ablate.results import EpochMetrics
from ablate.testing.recorder_cases import card


def test_an_epoch_stands_once_and_the_latest_attempt_counts() -> None:
    recorder = MemoryRecorder(MemoryStore(), "s")
    run_id = recorder.begin(card())
    old = [EpochMetrics(epoch, 1_000 + epoch, {"val/accuracy": 0.1}) for epoch in (1, 2, 3)]
    new = EpochMetrics(2, 2_000, {"val/accuracy": 0.2})
    for event in (*old, new, *old[:2]):
        recorder.event(run_id, event)
    assert recorder.runs[run_id].epochs == {1: old[0], 2: new}


def test_a_report_keeps_its_files(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"png")
    store = MemoryStore()
    recorder = MemoryRecorder(store, "s")
    recorder.report("| a |", {"table.md": b"| a |", "figures/a.png": tmp_path / "a.png"})
    assert store.reports["s"] == ("| a |", {"table.md": b"| a |", "figures/a.png": b"png"})
    with pytest.raises(RecordError, match="leads outside"):
        recorder.report("", {"/abs": b""})
