from __future__ import annotations

import os
from pathlib import Path

import pytest

from ablate.files import canonical_json, hash_value, write_atomically, write_json, write_text


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_text(path, "old")

    def fail(stream: object) -> None:
        stream.write(b"half")  # type: ignore[attr-defined]
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        write_atomically(path, fail)
    assert path.read_text() == "old"
    assert [item.name for item in tmp_path.iterdir()] == ["file"]


def test_files_follow_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        write_json(tmp_path / "private", {})
    finally:
        os.umask(before)
    write_json(tmp_path / "public", {})
    assert (tmp_path / "private").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "public").stat().st_mode & 0o777 == 0o666 & ~before


def test_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("untouched")
    (tmp_path / "link").symlink_to(tmp_path / "target")
    write_text(tmp_path / "link", "new")
    assert (tmp_path / "target").read_text() == "untouched"


def test_hashes_depend_on_values_alone() -> None:
    assert hash_value({"a": 1, "b": (1, 2)}) == hash_value({"b": [1, 2], "a": 1})
    assert hash_value(1) != hash_value(1.0) != hash_value("1.0")
    with pytest.raises(ValueError, match="Out of range"):
        canonical_json(float("nan"))
