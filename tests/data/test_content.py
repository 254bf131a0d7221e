from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from ablate.data.content import content_fingerprint


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "data"
    (root / "a").mkdir(parents=True)
    (root / "a" / "1.png").write_bytes(b"one")
    (root / "2.png").write_bytes(b"two")
    return root


def test_names_and_bytes_count_and_the_place_does_not(folder: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    first = content_fingerprint(folder, cache)
    moved = Path(shutil.copytree(folder, tmp_path / "moved"))
    assert content_fingerprint(moved, cache) == first
    (moved / ".hidden").write_text("x")
    assert content_fingerprint(moved, cache) == first
    (moved / "2.png").rename(moved / "3.png")
    renamed = content_fingerprint(moved, cache)
    (moved / "3.png").write_bytes(b"six")
    changed = content_fingerprint(moved, cache)
    assert len({first, renamed, changed}) == 3


def test_files_are_read_once(folder: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    steps: list[str] = []
    for _ in range(2):
        content_fingerprint(folder, cache, lambda what, done, total: steps.append(what))
    assert steps == ["reading files"]
    (memo,) = (cache / "contents").iterdir()
    memo.write_text("{")
    assert content_fingerprint(folder, cache) == content_fingerprint(folder, tmp_path / "other")


def test_a_single_file(folder: Path, tmp_path: Path) -> None:
    first = content_fingerprint(folder / "2.png", tmp_path / "cache")
    copy = tmp_path / "copy.bin"
    copy.write_bytes(b"two")
    assert content_fingerprint(copy, tmp_path / "cache") == first


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file_is_an_error(folder: Path, tmp_path: Path) -> None:
    (folder / "2.png").chmod(0)
    with pytest.raises(OSError, match=r"2\.png"):
        content_fingerprint(folder, tmp_path / "cache")
