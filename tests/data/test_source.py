from __future__ import annotations

import errno
from pathlib import Path

import pytest

from ablate.data.source import Record
from ablate.errors import DataError


def test_one_passing_error_of_reading_is_forgiven_and_two_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "image.png"
    path.write_bytes(b"pixels")
    record = Record("train", 0, "image", path)
    errors = [OSError(errno.EIO, "Input/output error")]
    read_bytes = Path.read_bytes

    def flaky(self: Path) -> bytes:
        if errors:
            raise errors.pop()
        return read_bytes(self)

    monkeypatch.setattr(Path, "read_bytes", flaky)
    assert record.read() == b"pixels"
    errors += [OSError(errno.EIO, "Input/output error")] * 2
    with pytest.raises(DataError, match=r"image\.png: Input/output error"):
        record.read()
