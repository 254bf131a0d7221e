"""Running, changing, interrupting and running again."""

from __future__ import annotations

import os
import signal
import subprocess
import time

import psutil
import pytest

import ablate
from ablate.results import Status
from tests.live_files import files_named, text_of

from .conftest import STUDY, Workplace


def test_adding_a_row_trains_only_that_row(workplace: Workplace) -> None:
    workplace.ablate("run", "study.yaml", "--set", "seeds=1")
    workplace.study.write_text(STUDY + "      Wider: {model.channels: [8, 16]}\n")
    done = workplace.ablate("run", "study.yaml", "--set", "seeds=1")
    assert "2 of 3 trials were there already; 1 trained" in done.stderr
    assert "Wider" in done.stdout


def test_one_job_or_two_give_the_same_table(workplace: Workplace) -> None:
    one = workplace.ablate("run", "study.yaml", "--jobs", "1", "--store", "one").stdout
    two = workplace.ablate("run", "study.yaml", "--jobs", "2", "--store", "two").stdout
    assert one == two


def test_another_study_reuses_finished_trials(workplace: Workplace) -> None:
    workplace.ablate("run", "study.yaml", "--set", "seeds=1")
    other = workplace.folder / "other.yaml"
    other.write_text(STUDY.replace("study: small", "study: other"))
    done = workplace.ablate("run", "other.yaml", "--set", "seeds=1")
    assert "2 of 2 trials were there already" in done.stderr
    study = ablate.Study(other, store=workplace.store, settings=["seeds=1"])
    assert [item.status for item in study.results()] == [Status.FINISHED] * 2


def test_a_failed_trial_is_one_bad_row(workplace: Workplace) -> None:
    workplace.study.write_text(
        STUDY + "      Too fast: {optimizer: {name: sgd, lr: 1e30}, model.batch_norm: false}\n"
    )
    done = workplace.ablate("run", "study.yaml", "--set", "seeds=1", code=1)
    assert "1 failed" in done.stderr
    assert "0/1" in done.stdout
    assert "diverged" in done.stdout
    again = workplace.ablate("run", "study.yaml", "--set", "seeds=1", code=1)
    assert again.stdout == done.stdout
    assert "diverged" in workplace.ablate("status", "study.yaml", "--set", "seeds=1").stdout


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (signal.SIGINT, 130),
        pytest.param(signal.SIGTERM, 143, marks=pytest.mark.long),
        (signal.SIGKILL, -9),
    ],
)
def test_after_an_interruption_the_same_command_continues(
    workplace: Workplace, number: int, code: int
) -> None:
    settings = ["--set", "train.epochs=6", "--set", "seeds=2"]
    expected = workplace.ablate("run", "study.yaml", *settings, "--store", "whole").stdout
    process = subprocess.Popen(
        workplace.command("run", "study.yaml", *settings),
        cwd=workplace.folder,
        env=workplace.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    wait_for_an_epoch(workplace)
    children = psutil.Process(process.pid).children(recursive=True)
    os.kill(process.pid, number)
    process.communicate(timeout=60)
    assert process.returncode == code
    _, alive = psutil.wait_procs(children, timeout=3)
    assert alive == []
    done = workplace.ablate("run", "study.yaml", *settings)
    assert done.stdout == expected
    assert len(names_at(workplace, settings)) == 4


def names_at(place: Workplace, settings: list[str]) -> list[str]:
    study = ablate.Study(place.study, store=place.store, settings=settings[1::2])
    return [item.name for item in study.results() if item.status is Status.FINISHED]


def wait_for_an_epoch(place: Workplace) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if any(
            '"epoch"' in text_of(p) for p in files_named(place.store / "trials", "events.jsonl")
        ):
            return
        time.sleep(0.02)
    raise TimeoutError("no trial ended an epoch")
