from __future__ import annotations

import io
import tarfile
from pathlib import Path

import numpy as np
import pytest

from ablate.data import archive
from ablate.errors import DataError


def _tar(path: Path, mode: str = "w:gz", **files: bytes) -> Path:
    with tarfile.open(path, mode) as tar:  # type: ignore[call-overload]
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return path


def _incompressible(size: int) -> bytes:
    return np.random.default_rng(0).bytes(size)


@pytest.mark.parametrize("ending", ["gz", "xz"])
def test_reads_the_wanted_files(tmp_path: Path, ending: str) -> None:
    path = _tar(tmp_path / f"a.tar.{ending}", f"w:{ending}", a=b"1", b=b"2")
    assert list(archive.read_members(path, lambda name: name == "b")) == [("b", b"2")]


def test_links_and_folders_are_not_followed(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    with tarfile.open(path, "w") as tar:
        for kind, name in (
            (tarfile.SYMTYPE, "link"),
            (tarfile.LNKTYPE, "hard"),
            (tarfile.DIRTYPE, "d"),
        ):
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, "/etc/passwd"
            tar.addfile(member)
    assert list(archive.read_members(path, lambda name: True)) == []


@pytest.mark.parametrize("ending", ["gz", "xz"])
def test_a_cut_archive_is_named(tmp_path: Path, ending: str) -> None:
    path = _tar(tmp_path / f"a.tar.{ending}", f"w:{ending}", a=_incompressible(20_000))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(DataError, match=r"a\.tar\.\w+ is damaged"):
        list(archive.read_members(path, lambda name: True))


def test_something_else_is_not_an_archive(tmp_path: Path) -> None:
    path = tmp_path / "a.tar.gz"
    path.write_bytes(b"<html>404</html>")
    with pytest.raises(DataError, match="is damaged"):
        list(archive.read_members(path, lambda name: True))


def test_an_archive_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "LARGEST_TOTAL", 100)
    path = _tar(tmp_path / "a.tar.gz", a=bytes(60), b=bytes(60))
    with pytest.raises(DataError, match="b makes it larger than 100 bytes"):
        list(archive.read_members(path, lambda name: True))
