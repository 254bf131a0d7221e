from __future__ import annotations

import errno
import itertools
import os
from pathlib import Path
from typing import Any

import pytest
import torch

from ablate.engine import checkpoint
from ablate.engine.checkpoint import Checkpoints, read
from ablate.files import WriteError


def state(number: int) -> dict[str, Any]:
    return {"weights": {"w": torch.full((50,), float(number))}, "epoch": number, "none": None}


@pytest.fixture
def checkpoints(tmp_path: Path) -> Checkpoints:
    return Checkpoints(tmp_path, "trial")


def test_the_last_one_is_loaded(checkpoints: Checkpoints) -> None:
    assert checkpoints.load() is None
    for number in (1, 2):
        checkpoints.save(state(number))
    loaded = checkpoints.load()
    assert loaded is not None
    assert loaded["epoch"] == 2
    assert torch.equal(loaded["weights"]["w"], torch.full((50,), 2.0))


def test_any_truncation_is_noticed(checkpoints: Checkpoints, tmp_path: Path) -> None:
    checkpoints.save(state(1))
    path = tmp_path / "last.pt"
    content = path.read_bytes()
    assert read(path) is not None
    for size in (*range(0, len(content), 97), len(content) - 1):
        path.write_bytes(content[:size])
        assert read(path) is None


def test_any_flipped_bit_is_noticed(checkpoints: Checkpoints, tmp_path: Path) -> None:
    checkpoints.save(state(1))
    path = tmp_path / "last.pt"
    content = bytearray(path.read_bytes())
    for place in (*range(0, len(content), 61), len(content) - 1):
        content[place] ^= 4
        path.write_bytes(content)
        assert read(path) is None
        content[place] ^= 4


def test_the_previous_one_survives_a_damaged_last(checkpoints: Checkpoints, tmp_path: Path) -> None:
    for number in (1, 2):
        checkpoints.save(state(number))
    (tmp_path / "last.pt").write_bytes(b"")
    loaded = checkpoints.load()
    assert loaded is not None
    assert loaded["epoch"] == 1
    # The damaged file must not take the place of the good one.
    checkpoints.save(state(3))
    (tmp_path / "last.pt").write_bytes(b"")
    assert Checkpoints(tmp_path, "trial").load() is not None


def test_a_crash_between_renaming_and_writing_leaves_the_previous(
    checkpoints: Checkpoints, tmp_path: Path
) -> None:
    checkpoints.save(state(1))
    (tmp_path / "last.pt").rename(tmp_path / "last.previous.pt")
    assert checkpoints.load() is not None


def test_another_trials_checkpoint_is_not_loaded(checkpoints: Checkpoints, tmp_path: Path) -> None:
    checkpoints.save(state(1))
    assert Checkpoints(tmp_path, "other").load() is None


def test_saving_takes_its_share_of_time_and_no_more(
    checkpoints: Checkpoints, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    monkeypatch.setattr(checkpoint.time, "monotonic", lambda: now)
    paced = Checkpoints(tmp_path, "trial")
    now += 0.9 * checkpoint.FIRST_COST_S / checkpoint.SHARE
    paced.save_if_due(lambda: state(1))
    assert checkpoints.load() is None
    now += 0.2 * checkpoint.FIRST_COST_S / checkpoint.SHARE
    paced.save_if_due(lambda: state(2))
    loaded = checkpoints.load()
    assert loaded is not None
    assert loaded["epoch"] == 2


def test_an_expensive_one_is_written_less_often(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    monkeypatch.setattr(checkpoint.time, "monotonic", lambda: now)
    paced = Checkpoints(tmp_path, "trial")
    saved = []

    def slow() -> dict[str, Any]:
        nonlocal now
        now += 1.0
        saved.append(now)
        return state(1)

    for _ in range(200):
        now += 5.0
        paced.save_if_due(slow)
    between = [after - before for before, after in itertools.pairwise(saved)]
    assert min(between) >= 1.0 / checkpoint.SHARE
    assert len(saved) > 10


def test_removing_leaves_nothing(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path / "checkpoints", "trial")
    checkpoints.save(state(1))
    checkpoints.remove()
    checkpoints.remove()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("damage", ["cut", "flipped"])
def test_a_damaged_one_is_named_once_and_the_previous_is_used(
    checkpoints: Checkpoints, tmp_path: Path, caplog: pytest.LogCaptureFixture, damage: str
) -> None:
    for number in (1, 2):
        checkpoints.save(state(number))
    path = tmp_path / "last.pt"
    content = bytearray(path.read_bytes())
    if damage == "cut":
        del content[-100:]
    else:
        content[len(content) // 2] ^= 1
    path.write_bytes(content)
    for _ in range(2):
        loaded = checkpoints.load()
        assert loaded is not None
        assert loaded["epoch"] == 1
    assert [record.getMessage() for record in caplog.records] == [
        f"the checkpoint {path} is damaged and was left out"
    ]


def test_nothing_is_said_of_what_is_not_damaged(
    checkpoints: Checkpoints, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert checkpoints.load() is None
    checkpoints.save(state(1))
    assert Checkpoints(tmp_path, "other").load() is None
    assert caplog.records == []


@pytest.mark.parametrize("room", [0, 300, 600, 1100, 1500])
def test_a_full_disk_leaves_the_previous_one(
    checkpoints: Checkpoints, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    """Torch has an error of its own for files that end too early; ours names the disk's."""
    checkpoints.save(state(1))
    write = checkpoint._HashingStream.write

    def cramped(self: Any, data: bytes) -> int:
        self.room = getattr(self, "room", room) - len(data)
        if self.room < 0:
            self._stream = Full()
        return write(self, data)

    with monkeypatch.context() as patch:
        patch.setattr(checkpoint._HashingStream, "write", cramped)
        with pytest.raises(WriteError, match=r"last\.pt: No space left"):
            checkpoints.save(state(2))
    assert sorted(item.name for item in tmp_path.iterdir()) == ["last.previous.pt"]
    loaded = checkpoints.load()
    assert loaded is not None
    assert loaded["epoch"] == 1


class Full:
    """A stream on a full disk."""

    def write(self, data: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_folder_that_was_removed_is_not_made_again(tmp_path: Path) -> None:
    """A checkpoint without the events before it would lose them."""
    checkpoints = Checkpoints(tmp_path / "trial" / "checkpoints", "trial")
    with pytest.raises(WriteError, match="No such file"):
        checkpoints.save(state(1))
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "trial").mkdir()
    checkpoints.save(state(1))
    assert checkpoints.load() is not None


def test_one_passing_error_of_reading_is_forgiven(
    checkpoints: Checkpoints, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoints.save(state(1))
    errors = [OSError(errno.EIO, "Input/output error")]
    read_bytes = Path.read_bytes

    def flaky(self: Path) -> bytes:
        if errors:
            raise errors.pop()
        return read_bytes(self)

    monkeypatch.setattr(Path, "read_bytes", flaky)
    assert checkpoints.load() is not None
