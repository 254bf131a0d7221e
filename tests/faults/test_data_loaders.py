"""A data loader's worker that is killed or hangs takes its own trial along, and no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .small_study import SmallStudy

TRAINER = """\
import os
import signal
import time

from torch.utils.data import DataLoader, Dataset


class Numbers(Dataset):
    def __init__(self, trouble):
        self.trouble = trouble

    def __len__(self):
        return 8

    def __getitem__(self, index):
        if index == 4 and self.trouble == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        if index == 4 and self.trouble == "hangs":
            time.sleep(3600)
        return index


def main(trial):
    batches = DataLoader(Numbers(trial.params["trouble"]), num_workers=1)
    return {"val/accuracy": sum(int(batch.sum()) for batch in batches) / 100}
"""
STUDY = """\
study: loaders
task: {name: python, entry: "trainer:main", preload: [torch.utils.data]}
params: {trouble: hangs}
primary: val/accuracy
seeds: 1
ablations:
  troubles:
    design: variants
    rows:
      killed: {params.trouble: killed}
      fine: {params.trouble: none}
"""


@pytest.mark.long
def test_a_worker_that_is_killed_or_hangs_fails_its_own_trial(tmp_path: Path) -> None:
    study = SmallStudy(tmp_path, STUDY)
    (tmp_path / "trainer.py").write_text(TRAINER)
    done = study.ablate("run", "study.yaml", "--jobs", "1", "--stall-minutes", "0.5", code=1)
    assert study.no_process_within(1)
    assert "no sign of life for 30 s" in done.stdout
    # what the loader says depends on what it notices first: a dead worker, a broken pipe, the end of a file
    assert re.search(r"failed: \S.*\(killed, seed 0\)", done.stdout)
    assert "28.00" in done.stdout
    assert study.run_states() == {"FAILED": 2, "FINISHED": 1}
