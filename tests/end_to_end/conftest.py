"""A small study on real digits, and the command line that runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

STUDY = """\
study: small
description: Does batch normalisation help?
task: classification
data: {name: digits, batch_size: 64, val_fraction: 0.3, train_size: 400}
model: {name: basenet, kernel_size: 3, padding: same, channels: [4, 8], hidden: [16]}
optimizer: {name: adam, lr: 1e-2}
train: {epochs: 2}
primary: val/accuracy
seeds: 2
ablations:
  components:
    design: cumulative
    rows:
      Batch norm: {model.batch_norm: true}
"""


@dataclass(frozen=True)
class Workplace:
    """A folder with a study, its records and a cache of its own."""

    folder: Path

    @property
    def study(self) -> Path:
        return self.folder / "study.yaml"

    @property
    def store(self) -> Path:
        return self.folder / "mlruns"

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "ABLATE_CACHE": str(self.folder / "cache"), "COLUMNS": "120"}

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "ablate", *arguments]

    def ablate(self, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        """Run a command to its end; its exit code must be ``code``."""
        done = subprocess.run(
            self.command(*arguments),
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=240,
        )
        assert done.returncode == code, f"{done.returncode}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr
        return done


WorkplaceOf = Callable[[str], Workplace]


@pytest.fixture
def workplace(tmp_path: Path) -> Workplace:
    """A workplace with the small study, nothing run yet."""
    place = Workplace(tmp_path)
    place.study.write_text(STUDY)
    return place


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    """A workplace whose small study has run; shared, so only read it."""
    place = Workplace(tmp_path_factory.mktemp("finished"))
    place.study.write_text(STUDY)
    (place.folder / "first.md").write_text(place.ablate("run", "study.yaml").stdout)
    return place
