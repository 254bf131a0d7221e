from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ablate.files import (
    WriteError,
    canonical_json,
    hash_file,
    hash_value,
    is_write_failure,
    retry_once,
    write_atomically,
    write_json,
    write_text,
)


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


def failing(*errors: int) -> Callable[[], str]:
    """A reading that meets these errors, one a call, and then succeeds."""
    left = list(errors)

    def read() -> str:
        if left:
            number = left.pop(0)
            raise OSError(number, os.strerror(number))
        return "content"

    return read


def test_a_failed_flush_counts_as_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    write_text(path, "old")

    def fsync(_: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(
        WriteError, match=r"cannot write .*/file: Input/output error \([\d,]+ bytes"
    ):
        write_text(path, "new")
    assert path.read_text() == "old"
    assert [item.name for item in tmp_path.iterdir()] == ["file"]


def test_a_file_in_place_of_a_folder_is_an_error_that_names_the_path(tmp_path: Path) -> None:
    (tmp_path / "folder").write_text("a file")
    with pytest.raises(WriteError) as caught:
        write_text(tmp_path / "folder" / "deep" / "file", "text")
    assert str(tmp_path / "folder" / "deep" / "file") in str(caught.value)
    assert caught.value.free_bytes > 0


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS])
def test_what_keeps_files_from_being_written_is_found_in_causes(number: int) -> None:
    full = OSError(number, os.strerror(number))
    with pytest.raises(ValueError, match="the cache") as caught:
        raise ValueError("cannot write the cache") from full
    assert is_write_failure(full)
    assert is_write_failure(caught.value)
    assert is_write_failure(WriteError(Path("x"), OSError(errno.ENOENT, "gone")))
    assert not is_write_failure(ValueError("wrong"))
    assert not is_write_failure(PermissionError(errno.EACCES, "no"))


def test_one_passing_error_of_reading_is_forgiven() -> None:
    assert retry_once(failing(errno.EIO)) == "content"
    with pytest.raises(OSError, match="Input/output"):
        retry_once(failing(errno.EIO, errno.EIO))
    with pytest.raises(FileNotFoundError):
        retry_once(failing(errno.ENOENT))


def test_hashing_forgives_one_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"content")
    whole, calls, opened = hash_file(path), failing(errno.ESTALE), Path.open

    def flaky(self: Path, *arguments: Any) -> Any:
        calls()
        return opened(self, *arguments)

    monkeypatch.setattr(Path, "open", flaky)
    assert hash_file(path) == whole
