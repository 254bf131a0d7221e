from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ablate.files import write_json
from ablate.spec.probe_record import ProbeRecord, Stage, folder_of, read_record

RECORD = ProbeRecord(
    classes=("sky", "road"),
    palette=((1, 2, 3), (4, 5, 6)),
    images=("a", "b"),
    overlay=True,
    errors=False,
    stages=(Stage(1, 10, {"val/miou": 0.1}), Stage(7, 20, {})),
)


def test_a_record_comes_back_from_its_file(tmp_path: Path) -> None:
    write_json(tmp_path / "probes.json", RECORD.to_plain())
    assert read_record(tmp_path) == RECORD
    assert read_record(tmp_path / "none") is None


def test_a_stage_replaces_that_of_its_epoch() -> None:
    again = RECORD.with_stage(Stage(1, 30, {}))
    assert [(stage.epoch, stage.time_ms) for stage in again.stages] == [(1, 30), (7, 20)]
    assert again.with_stage(Stage(4, 40, {})).stages[1].epoch == 4
    assert [stage.epoch for stage in RECORD.until(6).stages] == [1]


@pytest.mark.parametrize(
    "content",
    ["", "[]", "null", "{}", json.dumps({**RECORD.to_plain(), "palette": [[1, 2, 3]]})],
)
def test_another_file_of_that_name_is_told_apart(tmp_path: Path, content: str) -> None:
    (tmp_path / "probes.json").write_text(content)
    with pytest.raises(ValueError, match=r"probes.json|Expecting value"):
        read_record(tmp_path)


@given(st.text(min_size=1), st.text(min_size=1))
def test_folders_stay_inside_and_apart(one: str, other: str) -> None:
    folder = folder_of(one)
    assert folder
    assert not set(folder) & set("/\\.\0")
    assert len(folder) <= 120
    assert one == other or folder != folder_of(other)
