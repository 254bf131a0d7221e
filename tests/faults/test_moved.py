"""A study's folder that was moved elsewhere: its records are read, and it goes on."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import ablate
from ablate.events import read_events
from ablate.record.reader import artifact_path
from ablate.results import Status
from ablate.runner.upkeep.verify import verify_store
from tests.live_files import files_named

STUDY = """\
study: small
task: classification
data: {name: digits, batch_size: 64, val_fraction: 0.3, train_size: 400}
model: {name: basenet, kernel_size: 3, padding: same, channels: [4, 8], hidden: [16]}
optimizer: {name: adam, lr: 1e-2}
train: {epochs: 30}
primary: val/accuracy
seeds: 1
ablations:
  parts: {design: cumulative, rows: {Batch norm: {model.batch_norm: true}}}
"""


def command(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "ablate", *arguments],
        cwd=folder,
        env={**os.environ, "ABLATE_CACHE": str(folder.parent / "cache"), "COLUMNS": "120"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def output(folder: Path, *arguments: str) -> str:
    process = command(folder, *arguments)
    out, err = process.communicate(timeout=240)
    assert process.returncode == 0, err
    return out


@pytest.mark.long
def test_an_interrupted_study_goes_on_where_it_was_moved_to(tmp_path: Path) -> None:
    before = tmp_path / "before"
    before.mkdir()
    (before / "study.yaml").write_text(STUDY)
    whole = output(before, "run", "study.yaml", "--store", "whole")
    process = command(before, "run", "study.yaml", "--jobs", "1")
    wait_for_epochs(before / "mlruns")
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode == 143
    after = tmp_path / "some where" / "else"
    after.parent.mkdir()
    shutil.move(before, after)
    assert "2 finished" not in output(after, "status", "study.yaml")
    assert output(after, "run", "study.yaml") == whole
    study = ablate.Study(after / "study.yaml", store=after / "mlruns")
    results = study.results()
    assert [item.status for item in results] == [Status.FINISHED] * 2
    for item in results:
        path = artifact_path(study.store, item.run_id, "model.txt")
        assert path.is_relative_to(after)
    assert verify_store(study.store).damages == ()
    assert output(after, "table", "study.yaml") == whole
    assert not before.exists()


def wait_for_epochs(store: Path, count: int = 3) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        for path in files_named(store / "trials" / "small", "events.jsonl"):
            if len(read_events(path)) > count:
                return
        time.sleep(0.01)
    raise TimeoutError("no trial ended an epoch")
