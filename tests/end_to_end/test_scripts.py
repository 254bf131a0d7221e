"""Training that ablate knows nothing about, from the command line to the table."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
from pathlib import Path

import psutil
import pytest

import ablate
from ablate.results import Status

from .conftest import Workplace
from .test_running import wait_for_an_epoch

ROOT = Path(__file__).parents[2]
STUDIES = ROOT / "studies"
DOCUMENT = (ROOT / "docs" / "scripts.md").read_text(encoding="utf-8")

SLOW = """\
import time
from ablate.client import trial
t = trial()
saved = t.checkpoints / "epoch"
done = int(saved.read_text()) if saved.exists() else 0
for epoch in range(done + 1, 6):
    time.sleep(0.2)
    t.log(epoch, {"val/accuracy": t.params["depth"] * epoch / 100 + t.seed / 1000})
    saved.write_text(str(epoch))
t.finish({"val/accuracy": t.params["depth"] / 10 + t.seed / 1000})
"""
SLOW_STUDY = """\
study: slow
task: {name: command, run: [python, slow.py], epochs: 5}
params: {depth: 3}
primary: val/accuracy
seeds: 2
ablations:
  depth: {design: one-factor, factors: {params.depth: [4]}}
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    """An empty workplace, in which scripts can import this package's client."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return Workplace(tmp_path)


@pytest.fixture
def slow(place: Workplace) -> Workplace:
    (place.folder / "slow.py").write_text(SLOW)
    place.study.write_text(SLOW_STUDY)
    return place


def rows_of(table: str) -> list[str]:
    """The first cells of a Markdown table's rows."""
    lines = [line for line in table.splitlines() if line.startswith("|")]
    return [line.split("|")[1].strip() for line in lines]


def test_the_scikit_learn_study(place: Workplace) -> None:
    shutil.copytree(STUDIES, place.folder, dirs_exist_ok=True)
    arguments = ("script_sklearn.yaml", "--only", "forest", "--set", "seeds=2")
    done = place.ablate("run", *arguments)
    assert "0 of 6 trials were there already; 6 trained" in done.stderr
    assert rows_of(done.stdout)[2:] == ["svm", "forest", "forest"]
    assert "Script: scripts.digits_sklearn:main." in done.stdout
    study = ablate.Study(
        place.folder / "script_sklearn.yaml", store=place.store, settings=["seeds=2"]
    )
    frame = study.results().to_frame().groupby("params.trees")["test/accuracy"].mean()
    assert 0.7 < frame["10"] < frame["100"] < 1.0
    again = place.ablate("run", *arguments)
    assert again.stdout == done.stdout == place.ablate("table", *arguments).stdout
    assert "6 of 6 trials were there already" in again.stderr


def test_the_pytorch_study(place: Workplace) -> None:
    shutil.copytree(STUDIES, place.folder, dirs_exist_ok=True)
    arguments = ("script_pytorch.yaml", "--profile", "quick")
    done = place.ablate("run", *arguments)
    assert rows_of(done.stdout)[2:] == ["baseline", "Batch norm", "Wider"]
    assert "val/accuracy %" in done.stdout
    assert len(list(place.store.rglob("weights.pt"))) == 3
    assert "3 finished" in place.ablate("status", *arguments).stdout
    shown = place.ablate("show", *arguments[:1], "Wider").stdout
    assert "width: 128" in shown
    assert "digits_pytorch.py" in shown


def test_every_command_works_before_anything_ran(slow: Workplace) -> None:
    assert "4 trials. Nothing is wrong" in slow.ablate("check", "study.yaml").stdout
    assert "params.depth=4" in slow.ablate("plan", "study.yaml").stdout
    assert "4 not started" in slow.ablate("status", "study.yaml").stdout
    assert "0/2" in slow.ablate("table", "study.yaml").stdout
    refused = slow.ablate("show", "study.yaml", "--part", "model", code=2)
    assert "a script's network is its own" in refused.stderr


@pytest.mark.parametrize(
    ("number", "code"),
    [pytest.param(signal.SIGTERM, 143, marks=pytest.mark.long), (signal.SIGKILL, -9)],
)
def test_after_an_interruption_scripts_go_on_from_their_checkpoints(
    slow: Workplace, number: int, code: int
) -> None:
    expected = slow.ablate("run", "study.yaml", "--store", "whole").stdout
    process = subprocess.Popen(
        slow.command("run", "study.yaml"),
        cwd=slow.folder,
        env=slow.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    wait_for_an_epoch(slow)
    children = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(number)
    process.communicate(timeout=60)
    assert process.returncode == code
    assert psutil.wait_procs(children, timeout=10)[1] == []
    assert slow.ablate("run", "study.yaml").stdout == expected
    results = ablate.Study(slow.study, store=slow.store).results()
    assert [item.status for item in results] == [Status.FINISHED] * 4


def test_another_script_trains_again_and_the_old_one_does_not(slow: Workplace) -> None:
    run = ("run", "study.yaml", "--set", "seeds=1")
    (slow.folder / "slow.py").write_text(SLOW.replace("0.2)", "0)"))
    assert "2 trained" in slow.ablate(*run).stderr
    (slow.folder / "slow.py").write_text(SLOW.replace("0.2)", "0.0)"))
    assert "2 trained" in slow.ablate(*run).stderr
    (slow.folder / "slow.py").write_text(SLOW.replace("0.2)", "0)"))
    assert "2 of 2 trials were there already" in slow.ablate(*run).stderr


def test_a_lying_script_is_one_bad_row(slow: Workplace) -> None:
    lie = "if t.params['depth'] == 4: raise SystemExit(0)\n"
    (slow.folder / "slow.py").write_text(
        SLOW.replace("0.2)", "0)").replace("t.finish", f"{lie}t.finish")
    )
    done = slow.ablate("run", "study.yaml", "--set", "seeds=1", code=1)
    assert "0/1" in done.stdout
    assert "ended without reporting a result" in done.stdout


def test_the_table_is_there_without_the_script(slow: Workplace) -> None:
    (slow.folder / "slow.py").write_text(SLOW.replace("0.2)", "0)"))
    table = slow.ablate("run", "study.yaml").stdout
    (slow.folder / "slow.py").unlink()
    assert slow.ablate("table", "study.yaml").stdout == table
    assert "there is no file 'slow.py'" in slow.ablate("run", "study.yaml", code=2).stderr


@pytest.mark.parametrize(
    ("index", "script", "trials"), [(0, "train.py", 9), (1, "experiment.py", 12)]
)
def test_the_examples_of_the_documents_run(
    place: Workplace, index: int, script: str, trials: int
) -> None:
    study = re.findall(r"^```yaml\n(.*?)^```", DOCUMENT, re.MULTILINE | re.DOTALL)[index]
    code = re.findall(r"^```python\n(.*?)^```", DOCUMENT, re.MULTILINE | re.DOTALL)[index]
    assert code.startswith(f"# {script}\n")
    place.study.write_text(study)
    (place.folder / script).write_text(code)
    done = place.ablate("run", "study.yaml")
    assert "warning" not in done.stderr
    assert f"{trials} trained" in done.stderr
