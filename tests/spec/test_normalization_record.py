from __future__ import annotations

from pathlib import Path

import pytest

from ablate.files import write_json
from ablate.spec.normalization_record import NORMALIZATION_FILE, read_normalization
from ablate.spec.values import Normalization


@pytest.mark.parametrize("channels", [1, 3])
def test_what_is_written_is_read(tmp_path: Path, channels: int) -> None:
    noted = Normalization(mean=(0.1,) * channels, std=(0.3,) * channels)
    write_json(tmp_path / NORMALIZATION_FILE, noted.model_dump())
    assert read_normalization(tmp_path) == noted


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"mean": null, "std": [1]}', '{"mean": [1], "std": "x"}']
)
def test_a_damaged_file_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / NORMALIZATION_FILE).write_text(text)
    with pytest.raises(ValueError, match=r"normalization\.json is damaged"):
        read_normalization(tmp_path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"normalization\.json cannot be read \(No such file"):
        read_normalization(tmp_path)
