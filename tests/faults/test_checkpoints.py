"""A checkpoint is whole or not there, whenever the process that writes it dies; and it cannot run code."""

from __future__ import annotations

import hashlib
import os
import pickle
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from ablate.crash_points import TRIAL_POINTS, VARIABLE
from ablate.engine.checkpoint import Checkpoints, read

WRITER = """\
import sys, torch
from pathlib import Path
from ablate.engine.checkpoint import Checkpoints

checkpoints = Checkpoints(Path(sys.argv[1]), "trial")
loaded = checkpoints.load()
number = 0 if loaded is None else loaded["number"]
while True:
    number += 1
    checkpoints.save({"number": number, "weights": torch.full((100_000,), float(number))})
    print(number, flush=True)
"""


def writer(folder: Path, point: str = "") -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), VARIABLE: point},
    )


def newest_printed(process: subprocess.Popen[str]) -> int:
    out, _ = process.communicate(timeout=60)
    return int(out.split()[-1])


def assert_valid(folder: Path, at_least: int) -> None:
    """Whatever stands under a final name is whole, and the newest is no older than what was said to be saved."""
    found = [path for path in folder.iterdir() if path.suffix == ".pt"]
    assert found
    for path in found:
        assert read(path) is not None, path
    loaded = Checkpoints(folder, "trial").load()
    assert loaded is not None
    assert loaded["number"] >= at_least
    assert torch.equal(loaded["weights"], torch.full((100_000,), float(loaded["number"])))


def kill_while_writing(folder: Path, times: int) -> None:
    chance = random.Random(15)  # noqa: S311
    for _ in range(times):
        process = writer(folder)
        assert process.stdout is not None
        first = int(process.stdout.readline())
        time.sleep(chance.uniform(0, 0.05))
        process.send_signal(signal.SIGKILL)
        rest = process.communicate()[0].split()
        assert_valid(folder, int(rest[-1]) if rest else first)


def test_killed_five_times_while_writing(tmp_path: Path) -> None:
    kill_while_writing(tmp_path, 5)


@pytest.mark.long
def test_killed_fifty_times_while_writing(tmp_path: Path) -> None:
    kill_while_writing(tmp_path, 50)


@pytest.mark.parametrize("point", [name for name in TRIAL_POINTS if name.startswith("checkpoint")])
def test_killed_at(point: str, tmp_path: Path) -> None:
    process = writer(tmp_path, f"{point}:3")
    saved = newest_printed(process)
    assert process.returncode == -signal.SIGKILL
    assert saved == 2
    assert_valid(tmp_path, saved)
    assert not list(tmp_path.glob("*.part"))


class Malicious:
    def __init__(self, victim: Path) -> None:
        self._victim = victim

    def __reduce__(self):
        return Path.touch, (self._victim,)


def test_a_checkpoint_that_would_run_code_is_refused(tmp_path: Path) -> None:
    """Its hash is right: somebody made it on purpose."""
    victim = tmp_path / "touched"
    path = tmp_path / "last.pt"
    torch.save({"identity": "trial", "state": Malicious(victim)}, path)
    data = path.read_bytes()
    path.write_bytes(data + hashlib.blake2b(data, digest_size=16).hexdigest().encode())
    with pytest.raises(pickle.UnpicklingError, match="weights_only"):
        Checkpoints(tmp_path, "trial").load()
    assert not victim.exists()
