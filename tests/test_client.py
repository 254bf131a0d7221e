"""The client stands alone: one file, standard library only, with ablate or without."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import ablate.client
from ablate.client import Trial, trial


@pytest.fixture
def alone(tmp_path: Path) -> Path:
    """A folder with a copy of the client and nothing else."""
    shutil.copy(ablate.client.__file__, tmp_path / "client.py")
    return tmp_path


def run_alone(folder: Path, code: str, **environment: str) -> str:
    """Run code in an interpreter that sees neither this package nor any installed one."""
    program = f"import sys; sys.path.insert(0, {str(folder)!r})\nfrom client import trial\n{code}"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program],
        env={"PATH": os.environ["PATH"], **environment},
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_script_by_itself_prints_what_it_would_report(alone: Path) -> None:
    code = """
t = trial(lr=0.1)
assert "ablate" not in sys.modules
assert (t.params, t.seed, t.device, t.attempt, t.resuming) == ({"lr": 0.1}, 0, "cpu", 1, False)
assert t.checkpoints.is_dir() and t.artifacts.parent == t.folder
t.log(epoch=1, **{"train/loss": 0.5})
t.finish({"val/accuracy": 0.91})
"""
    printed = run_alone(alone, code, TMPDIR=str(alone))
    assert printed == "epoch 1: train/loss 0.5\nresult: val/accuracy 0.91\n"


def test_a_copy_reports_to_the_file_that_ablate_names(alone: Path) -> None:
    (alone / "params.json").write_text('{"lr": 0.5, "widths": [8, 8]}')
    environment = {
        "ABLATE_PARAMS": str(alone / "params.json"),
        "ABLATE_SEED": "3",
        "ABLATE_DEVICE": "cuda:0",
        "ABLATE_FOLDER": str(alone),
        "ABLATE_ATTEMPT": "2",
        "ABLATE_REPORT": str(alone / "report.jsonl"),
    }
    code = """
t = trial(lr=0.1, depth=2)
assert t.params == {"lr": 0.5, "depth": 2, "widths": [8, 8]}
assert (t.seed, t.device, str(t.folder), t.resuming) == (3, "cuda:0", sys.path[0], True)
t.log(1, {"train/loss": float("nan")}, **{"val/accuracy": 1})
t.finish({"val/accuracy": 0.9}, classes=["cat"])
"""
    assert run_alone(alone, code, **environment) == ""
    lines = [json.loads(line) for line in (alone / "report.jsonl").read_text().splitlines()]
    loss = lines[0]["metrics"].pop("train/loss")
    assert loss != loss
    assert lines == [
        {"epoch": 1, "metrics": {"val/accuracy": 1.0}},
        {"final": {"val/accuracy": 0.9}, "classes": ["cat"]},
    ]


def reports_of(*calls: Any) -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = []
    for metrics in calls:
        Trial({}, 0, "cpu", None, 1, sent.append).log(1, metrics)
    return [report["metrics"] for report in sent]


def test_numbers_of_numpy_and_torch_become_plain_numbers() -> None:
    (metrics,) = reports_of({"a": np.float32(0.5), "b": torch.tensor(2), "c": True})
    assert json.dumps(metrics) == '{"a": 0.5, "b": 2.0, "c": 1.0}'


@pytest.mark.parametrize("value", ["0.5", b"1", None, [1, 2]])
def test_what_is_no_number_is_refused_where_it_is_logged(value: Any) -> None:
    with pytest.raises(TypeError):
        reports_of({"val/accuracy": value})


def test_outside_of_a_run_the_environment_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ABLATE_REPORT", raising=False)
    assert trial().params == {}
