from __future__ import annotations

import logging
from pathlib import Path

import pytest

from ablate.record import outcomes
from ablate.record.outcomes import read_outcomes
from ablate.record.store import Store


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the outcomes of a run lie; the run is not looked up."""
    monkeypatch.setattr(outcomes, "artifact_folder", lambda store, run_id: tmp_path / run_id)
    place = tmp_path / "run" / "per_image" / "test.npz"
    place.parent.mkdir(parents=True)
    return place


def test_a_run_of_earlier_versions_has_none(
    file: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert read_outcomes(Store(tmp_path), "run", "test") is None
    assert caplog.records == []


def test_a_damaged_file_is_named_and_left_out(
    file: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file.write_bytes(b"PK\3\4 cut short")
    with caplog.at_level(logging.WARNING, logger="ablate"):
        assert read_outcomes(Store(tmp_path), "run", "test") is None
    assert "per_image/test.npz of run run is left out" in caplog.text
