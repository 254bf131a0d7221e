"""A full disk, one that does not flush, a folder that goes away: said, interrupted, resumed."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import ablate
from ablate.events import EventWriter, read_events
from ablate.files import WriteError, write_bytes
from ablate.results import EpochMetrics, Failed, Finished, Status
from ablate.runner.upkeep.verify import verify_store
from ablate.schedule import Job, Launcher, Slot, run_jobs
from ablate.testing import faulty_disk
from ablate.testing.fake_trainer import metric

STUDY = """\
study: small
task: classification
data: {name: digits, batch_size: 64, val_fraction: 0.3, train_size: 400}
model: {name: basenet, kernel_size: 3, padding: same, channels: [4, 8], hidden: [16]}
optimizer: {name: adam, lr: 1e-2}
train: {epochs: 2}
primary: val/accuracy
seeds: 2
ablations:
  rate: {design: grid, factors: {optimizer.lr: [1e-2, 1e-3]}}
"""


class Silent:
    """An observer that is not interested."""

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *_: None


@pytest.fixture(scope="module")
def launcher() -> Launcher:
    return Launcher(faulty_disk.TARGET, preload=["ablate.testing.faulty_disk"])


def run_one(launcher: Launcher, folder: Path, **payload: Any) -> Finished | Failed:
    job = Job("id", "trial", folder, {"condition": "a", "seed": 0, "epochs": 4, **payload})
    (outcome,) = run_jobs([job], [Slot(0)], launcher, Silent())
    return outcome.event


@pytest.mark.parametrize("trouble", sorted(faulty_disk.DISK_TROUBLES))
def test_a_trial_that_cannot_write_is_interrupted_and_goes_on(
    launcher: Launcher, tmp_path: Path, trouble: str
) -> None:
    folder = tmp_path / "trial"
    event = run_one(launcher, folder, trouble=trouble, trouble_epoch=3, trouble_attempts=1)
    assert isinstance(event, Failed)
    assert event.status is Status.INTERRUPTED
    assert str(folder) in event.reason
    assert event.reason.endswith("bytes free)")
    event = run_one(launcher, folder)
    assert isinstance(event, Finished)
    epochs = [e for e in read_events(folder / "events.jsonl") if isinstance(e, EpochMetrics)]
    assert [(e.epoch, e.metrics["val/accuracy"]) for e in epochs] == [
        (number, metric({"condition": "a", "seed": 0}, number)) for number in (1, 2, 3, 4)
    ]


def test_others_go_on_after_one_could_not_write(launcher: Launcher, tmp_path: Path) -> None:
    jobs = [
        Job(name, name, tmp_path / name, {"condition": name, "seed": 0, **payload})
        for name, payload in (("a", {"trouble": "disk full"}), ("b", {}))
    ]
    outcomes = run_jobs(jobs, [Slot(0)], launcher, Silent())
    assert [type(outcome.event) for outcome in outcomes] == [Failed, Finished]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MiB of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"a file system cannot be mounted here: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_disk_that_is_really_full(small_disk: Path) -> None:
    write_bytes(small_disk / "first", bytes(100_000))
    writer = EventWriter(small_disk / "events.jsonl")
    with pytest.raises(WriteError, match=r"No space left on device \(\d.* bytes free\)"):
        write_bytes(small_disk / "second", bytes(2_000_000))
    (small_disk / "ballast").write_bytes(bytes(os.statvfs(small_disk).f_bavail * 4096))
    with pytest.raises(WriteError, match=r"No space left on device \(0 bytes free\)"):
        writer.write(EpochMetrics(1, 1, {"val/accuracy": 0.5}))
    assert sorted(path.name for path in small_disk.iterdir()) == [
        "ballast",
        "events.jsonl",
        "first",
    ]
    assert read_events(small_disk / "events.jsonl") == []
    (small_disk / "ballast").unlink()
    writer.write(EpochMetrics(1, 1, {"val/accuracy": 0.5}))
    writer.close()
    assert len(read_events(small_disk / "events.jsonl")) == 1


def run_study(
    folder: Path, *arguments: str, file_limit: int | None = None
) -> subprocess.CompletedProcess[str]:
    """``ablate run`` in a process that may make no file larger than ``file_limit`` bytes."""

    def limit() -> None:
        if file_limit is not None:
            hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
            resource.setrlimit(resource.RLIMIT_FSIZE, (file_limit, hard))

    return subprocess.run(
        [sys.executable, "-m", "ablate", "run", "study.yaml", *arguments],
        cwd=folder,
        env={**os.environ, "ABLATE_CACHE": str(folder / "cache"), "COLUMNS": "120"},
        capture_output=True,
        text=True,
        timeout=240,
        preexec_fn=limit,
    )


@pytest.mark.long
def test_a_study_on_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    """The records can grow no more in the middle of a study; afterwards it ends as if nothing had been."""
    (tmp_path / "study.yaml").write_text(STUDY)
    whole = run_study(tmp_path, "--store", "whole")
    assert whole.returncode == 0, whole.stderr
    assert run_study(tmp_path, "--set", "seeds=1").returncode == 0
    size = (tmp_path / "mlruns" / "mlflow.db").stat().st_size
    cramped = run_study(tmp_path, file_limit=size // 4096 * 4096)
    assert cramped.returncode not in (0, 2)
    assert "Traceback" not in cramped.stderr
    assert "error" in cramped.stderr
    resumed = run_study(tmp_path)
    assert resumed.returncode == 0, resumed.stderr
    assert resumed.stdout == whole.stdout
    study = ablate.Study(tmp_path / "study.yaml", store=tmp_path / "mlruns")
    assert [item.status for item in study.results()] == [Status.FINISHED] * 4
    assert verify_store(study.store).damages == ()
