from __future__ import annotations

from pathlib import Path

import pytest

from ablate.data.place import DataPlace
from ablate.data.prepare import fingerprint, prepare
from ablate.data.sets import digits
from ablate.errors import DataError
from ablate.testing.data_cases import data_options

OPTIONS = data_options(name="digits")


def test_digits(place: DataPlace) -> None:
    data = prepare(OPTIONS, place)
    assert {name: len(split) for name, split in data.splits.items()} == {"train": 1617, "val": 180}
    assert str(data.shape) == "1 x 8 x 8"
    assert data.splits["train"].images.max() == 255


def test_the_identity_of_digits_stays(place: DataPlace) -> None:
    assert fingerprint(OPTIONS, place) == "e5908be7729c24934acc6c0e6eb080b5"


def test_a_missing_scikit_learn_is_said(place: DataPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digits, "_FILE", "datasets/data/none.csv.gz")
    with pytest.raises(DataError, match="pip install scikit-learn"):
        prepare(OPTIONS, place)


def test_a_damaged_file_is_named(
    tmp_path: Path, place: DataPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "digits.csv.gz").write_bytes(b"x")
    monkeypatch.setattr(digits, "_packaged", lambda: tmp_path / "digits.csv.gz")
    with pytest.raises(DataError, match=r"digits\.csv\.gz is damaged"):
        prepare(OPTIONS, place)
