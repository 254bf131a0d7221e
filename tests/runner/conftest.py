"""Studies on small real data, opened in a folder of their own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ablate.runner.study import Study

TEXT = """\
study: demo
task: classification
data: {name: digits, batch_size: 32}
model: {name: basenet, kernel_size: 3, padding: same, channels: [4, 8], hidden: [12]}
optimizer: {name: adam, lr: 1e-3}
train: {epochs: 4}
primary: val/accuracy
seeds: 2
"""

StudyOf = Callable[..., Study]


@pytest.fixture
def study_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StudyOf:
    """Opens a study made of a common head and the given ablations."""
    monkeypatch.setenv("ABLATE_CACHE", str(tmp_path / "cache"))

    def opened(ablations: str, *settings: str, head: str = TEXT) -> Study:
        path = tmp_path / "study.yaml"
        path.write_text(f"{head}ablations:\n{ablations}")
        return Study(path, settings=settings, store=tmp_path / "mlruns")

    return opened
