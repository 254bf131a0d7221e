"""The commands that look after records, on a study that has run."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from ablate.cli.app import app
from ablate.errors import UsageError

STUDY = """\
study: small
task: classification
data: {name: digits, batch_size: 64}
model: {name: basenet, kernel_size: 3, padding: same, channels: [4, 8], hidden: [16]}
optimizer: {name: adam, lr: 1e-2}
train: {epochs: 1}
primary: val/accuracy
seeds: 2
ablations:
  parts: {design: cumulative, rows: {Batch norm: {model.batch_norm: true}}}
"""


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ABLATE_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("ABLATE_STORE", raising=False)
    (tmp_path / "study.yaml").write_text(STUDY)


def run(*arguments: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done.stdout


def test_before_anything_ran() -> None:
    assert run("diff", "study.yaml").splitlines() == [
        "baseline, seeds 0, 1: new: nothing is recorded of this study",
        "Batch norm, seeds 0, 1: new: nothing is recorded of this study",
    ]
    assert run("verify") == "0 runs: nothing is missing or damaged\n"
    assert run("gc", "--dry-run") == "would free 0 bytes\n"
    assert not Path("mlruns").exists()


def test_after_it_ran() -> None:
    run("run", "study.yaml", "--quiet")
    assert run("diff", "study.yaml") == "every trial is recorded\n"
    assert "4 runs: nothing is missing" in run("verify", "study.yaml")
    Path("study.yaml").write_text(STUDY.replace("Batch norm", "Other").replace("1e-2", "1e-3"))
    lines = run("diff", "study.yaml").splitlines()
    assert lines[0] == "baseline, seeds 0, 1: new: optimizer.lr 0.01 -> 0.001"
    assert "removed rows stay in the store: 4 trials" in lines
    Path("study.yaml").write_text(STUDY)
    assert "are free" in run("plan", "study.yaml", "--set", "seeds=3")
    dry = run("gc", "study.yaml", "--keep", "none", "--dry-run")
    assert dry.splitlines()[-1].startswith("would free ")
    assert run("gc", "study.yaml", "--keep", "none") == dry.replace("would free", "freed")
    assert "nothing is missing" in run("verify")
    next(Path("mlruns/artifacts").rglob("model.txt")).unlink()
    found = run("verify", code=1)
    assert "model.txt is missing (run " in found
    assert "4 runs, 1 damage" in found


def test_wrong_policies_are_errors() -> None:
    with pytest.raises(UsageError, match="no such policy"):
        run("gc", "--keep", "bst")
    Path("mlruns").mkdir()
    with pytest.raises(UsageError, match="needs the study file"):
        run("gc", "--keep", "best")
