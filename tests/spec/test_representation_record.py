from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ablate.files import write_json
from ablate.spec.representation_record import (
    RECORD_FILE,
    KeptEpoch,
    RepresentationRecord,
    read_representations,
)

RECORD = RepresentationRecord(
    classes=("猫", "dog"),
    images=("a", "b", "c"),
    indices=(0, 2, 4),
    labels=(0, 1, 1),
    head="classifier",
    width=8,
    neighbours=5,
    methods=("pca", "tsne"),
    basis="own",
)
FIRST = KeptEpoch(1, 5, {"val/accuracy": 0.5}, 0.25, None)
LAST = KeptEpoch(9, 6, {}, None, -0.5)


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    record = RECORD.with_epoch(LAST).with_epoch(FIRST)
    write_json(tmp_path / RECORD_FILE, record.to_plain())
    assert read_representations(tmp_path) == record
    assert [kept.epoch for kept in record.epochs] == [1, 9]


def test_an_epoch_replaces_itself_and_later_ones_can_be_forgotten() -> None:
    record = RECORD.with_epoch(FIRST).with_epoch(LAST).with_epoch(replace(LAST, time_ms=7))
    assert [kept.time_ms for kept in record.epochs] == [5, 7]
    assert record.until(8) == RECORD.with_epoch(FIRST)


def test_a_folder_without_a_record(tmp_path: Path) -> None:
    assert read_representations(tmp_path) is None
    assert read_representations(tmp_path / "nowhere") is None


@pytest.mark.parametrize(
    "change",
    [
        {"labels": [0, 1, 2]},
        {"labels": [0, 1, -1]},
        {"labels": [0, 1]},
        {"indices": [0]},
        {"epochs": [{"epoch": 1}]},
        {"epochs": 3},
        {"classes": None},
    ],
)
def test_damage_is_noticed(tmp_path: Path, change: dict[str, Any]) -> None:
    plain = json.loads(json.dumps(RECORD.to_plain()))
    write_json(tmp_path / RECORD_FILE, {**plain, **change})
    with pytest.raises(ValueError, match=RECORD_FILE):
        read_representations(tmp_path)


@pytest.mark.parametrize("text", ["", "[]", "{}", "null"])
def test_files_of_another_meaning(tmp_path: Path, text: str) -> None:
    (tmp_path / RECORD_FILE).write_text(text)
    with pytest.raises(ValueError):  # noqa: PT011 - JSON's own says where
        read_representations(tmp_path)
