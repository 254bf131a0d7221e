from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ablate.errors import RecordError
from ablate.record.artifacts import publish, put
from tests.killed_write import killed_while_writing


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "trial"
    (folder / "confusion").mkdir(parents=True)
    (folder / "weights.bin").write_bytes(os.urandom(100_000))
    (folder / "confusion" / "test.json").write_text("{}")
    return folder


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "run" / "artifacts"


def contents(folder: Path) -> dict[str, bytes]:
    files = [file for file in folder.rglob("*") if file.is_file()]
    return {str(file.relative_to(folder)): file.read_bytes() for file in files}


def no_links(self: Path, other: Path) -> None:
    raise OSError(errno.EXDEV, "Invalid cross-device link")


def test_files_get_a_second_name(source: Path, target: Path) -> None:
    publish(source, target)
    assert contents(target) == contents(source)
    assert (target / "weights.bin").samefile(source / "weights.bin")


def test_across_file_systems_files_are_copied(
    source: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "hardlink_to", no_links)
    publish(source, target)
    assert contents(target) == contents(source)
    assert not (target / "weights.bin").samefile(source / "weights.bin")


@pytest.mark.parametrize("links", [True, False])
def test_doing_it_again_brings_the_present_content(
    source: Path, target: Path, links: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not links:
        monkeypatch.setattr(Path, "hardlink_to", no_links)
    publish(source, target)
    publish(source, target)
    (source / "weights.bin").unlink()
    (source / "weights.bin").write_bytes(b"new")
    publish(source, target)
    assert contents(target) == contents(source)


def test_links_are_left_out(source: Path, target: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "key").write_text("x")
    (source / "file").symlink_to(secret / "key")
    (source / "folder").symlink_to(secret)
    publish(source, target)
    assert set(contents(target)) == {"weights.bin", "confusion/test.json"}


def test_a_full_disk_is_named_with_its_free_space(
    source: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Path, other: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "hardlink_to", full)
    with pytest.raises(RecordError, match=r"test\.json: No space left.*bytes free"):
        publish(source, target)
    assert contents(target) == {}


KILLED = """
import errno, sys, time
from pathlib import Path
from ablate.record import artifacts

def slow(source, stream, size):
    stream.write(source.read(10)); stream.flush()
    print("half", flush=True); time.sleep(60)

def no_links(self, other): raise OSError(errno.EXDEV, "no")

Path.hardlink_to = no_links
artifacts.shutil.copyfileobj = slow
artifacts.publish(Path(sys.argv[1]), Path(sys.argv[2]))
"""


def test_killed_in_the_middle_no_half_file_has_its_name(source: Path, target: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(source), str(target)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "half\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    names = [file.name for file in target.rglob("*") if file.is_file()]
    assert names
    assert all(name.startswith(".artifact.uploading.") for name in names)
    publish(source, target)
    assert contents(target) == contents(source)


def test_put_takes_bytes_text_and_files(source: Path, target: Path) -> None:
    put(target / "a", b"\x00")
    put(target / "b", "é")
    put(target / "c" / "d", source / "weights.bin")
    assert contents(target) == {
        "a": b"\x00",
        "b": "é".encode(),
        "c/d": (source / "weights.bin").read_bytes(),
    }


def test_put_leaves_the_same_content_untouched(target: Path) -> None:
    put(target / "a", "same")
    before = (target / "a").stat().st_mtime_ns
    time.sleep(0.01)
    put(target / "a", "same")
    assert (target / "a").stat().st_mtime_ns == before
    put(target / "a", "other")
    assert (target / "a").read_text() == "other"


def test_a_file_in_the_way_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RecordError, match="cannot write the artifact"):
        put(tmp_path / "file" / "below", b"")


def test_what_a_kill_left_of_a_file_is_no_artifact(source: Path, target: Path) -> None:
    before = set(source.rglob("*"))
    killed_while_writing(source / "notes.txt")
    (left,) = set(source.rglob("*")) - before
    publish(source, target)
    assert left.name not in {file.name for file in target.rglob("*")}
    assert len([file for file in before if file.is_file()]) == len(
        [file for file in target.rglob("*") if file.is_file()]
    )


def test_put_removes_what_a_kill_left(target: Path) -> None:
    killed_while_writing(target / "table.md")
    (target / ".another.md.abcd1234.part").touch()
    assert len(list(target.iterdir())) == 2
    put(target / "table.md", "new")
    assert sorted(file.name for file in target.iterdir()) == [
        ".another.md.abcd1234.part",
        "table.md",
    ]
