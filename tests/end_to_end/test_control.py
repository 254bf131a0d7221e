"""Stopping, giving up, checking first, and sharing devices, from the command line."""

from __future__ import annotations

import subprocess
from collections import Counter
from pathlib import Path

import pytest

import ablate
from ablate.results import Status

from .conftest import STUDY, Workplace
from .fast import HEAD, fast_study
from .test_running import wait_for_an_epoch

ROWS = """\
  rows:
    design: variants
    rows:
      Good: {params.depth: 3}
      Bad: {params.trouble: TROUBLE}
"""


def ends(place: Workplace) -> dict[tuple[str, int], tuple[Status, str]]:
    study = ablate.Study(place.study, store=place.store)
    names = {key: condition.name for key, condition in study.plan.conditions.items()}
    return {
        (names[item.condition], item.seed): (item.status, item.reason) for item in study.results()
    }


def start(place: Workplace, *options: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        place.command("run", "study.yaml", *options),
        cwd=place.folder,
        env=place.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def test_a_study_is_stopped_from_another_terminal_and_goes_on(tmp_path: Path) -> None:
    place = fast_study(
        tmp_path,
        "  depth: {design: one-factor, factors: {params.depth: [2, 3]}}\n",
        HEAD.replace("epoch_s: 0.0", "epoch_s: 0.3"),
    )
    assert "nobody runs fast" in place.ablate("stop", "study.yaml").stdout
    process = start(place)
    wait_for_an_epoch(place)
    assert f"stopped process {process.pid}" in place.ablate("stop", "study.yaml").stdout
    assert process.wait(30) == 143
    place.ablate("run", "study.yaml")
    assert {status for status, _ in ends(place).values()} == {Status.FINISHED}


def test_a_second_run_of_a_study_leaves_and_says_who_runs_it(tmp_path: Path) -> None:
    place = fast_study(
        tmp_path,
        "  depth: {design: one-factor, factors: {params.depth: [2]}}\n",
        HEAD.replace("epoch_s: 0.0", "epoch_s: 0.5"),
    )
    process = start(place)
    wait_for_an_epoch(place)
    second = place.ablate("run", "study.yaml", code=1)
    assert f"already running (process {process.pid} on" in second.stderr
    assert process.wait(60) == 0
    assert Counter(status for status, _ in ends(place).values()) == {Status.FINISHED: 4}


def test_a_silent_trial_fails_after_the_stall_time_and_others_go_on(tmp_path: Path) -> None:
    place = fast_study(tmp_path, ROWS.replace("TROUBLE", "hang"))
    done = place.ablate("run", "study.yaml", "--stall-minutes", "0.05", code=1)
    found = ends(place)
    assert found["Bad", 0] == (Status.FAILED, "no sign of life for 3 s")
    assert found["Bad", 1][0] is Status.FINISHED
    assert "no sign of life for 3 s" in done.stdout


def test_the_first_failure_may_stop_the_study(tmp_path: Path) -> None:
    place = fast_study(tmp_path, ROWS.replace("TROUBLE", "error"))
    done = place.ablate("run", "study.yaml", "--fail-fast", "--jobs", "1", code=1)
    assert "no such thing" in done.stderr
    assert ("Bad", 1) not in ends(place)
    assert place.ablate("run", "study.yaml", code=1).returncode == 1
    assert len(ends(place)) == 6


def test_failed_trials_run_again_only_when_asked_for(tmp_path: Path) -> None:
    place = fast_study(tmp_path, ROWS.replace("TROUBLE", "error"))
    attempts = tmp_path / "attempts.txt"
    trainer = place.folder / "trainer.py"
    note = f'open({str(attempts)!r}, "a").write(str(p["depth"]) + p["trouble"] + "\\n")'
    trainer.write_text(trainer.read_text().replace("p = trial.params", f"p = trial.params; {note}"))
    place.ablate("run", "study.yaml", code=1)
    statuses = Counter(status for status, _ in ends(place).values())
    assert statuses == {Status.FINISHED: 4, Status.FAILED: 2}
    before = attempts.read_text().splitlines()
    assert "2 failed" in place.ablate("run", "study.yaml", code=1).stderr
    assert attempts.read_text().splitlines() == before
    assert "2 failed" in place.ablate("run", "study.yaml", "--retry-failed", code=1).stderr
    assert attempts.read_text().splitlines() == [*before, "1error", "1error"]


def test_more_seeds_train_only_the_new_ones(tmp_path: Path) -> None:
    place = fast_study(tmp_path, "  depth: {design: one-factor, factors: {params.depth: [2]}}\n")
    first = place.ablate("run", "study.yaml")
    assert "4 trained" in first.stderr
    more = place.ablate("run", "study.yaml", "--set", "seeds=5")
    assert "4 of 10 trials were there already; 6 trained" in more.stderr
    assert len(ends(place)) == 4


def test_a_network_that_cannot_train_is_found_before_anything_trains(tmp_path: Path) -> None:
    place = Workplace(tmp_path)
    head = STUDY[: STUDY.index("ablations:")]
    rows = "{Wider: {model.channels: [8, 16]}, Levit: {model: {name: timm/levit_128}}}"
    place.study.write_text(f"{head}ablations:\n  rows: {{design: variants, rows: {rows}}}\n")
    done = place.ablate("run", "study.yaml", code=2)
    assert "'Levit': model: one batch of it fails" in done.stderr
    assert "cannot take images of 1 x 8 x 8" in done.stderr
    assert not list((place.store / "artifacts").rglob("config.yaml"))
    unchecked = place.ablate("run", "study.yaml", "--no-smoke-check", "--set", "seeds=1", code=1)
    assert "1 failed" in unchecked.stderr


@pytest.mark.parametrize("per_gpu", ["2", "auto"])
def test_trials_share_gpus_and_see_only_the_one_they_were_lent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, per_gpu: str
) -> None:
    monkeypatch.setenv("ABLATE_FAKE_GPUS", "4x16")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3,1")
    place = fast_study(tmp_path, "  depth: {design: one-factor, factors: {params.depth: [2, 3]}}\n")
    trainer = place.folder / "trainer.py"
    seen = place.folder / "seen.txt"
    note = (
        f'open({str(seen)!r}, "a").write(os.environ["CUDA_VISIBLE_DEVICES"] + trial.device + "\\n")'
    )
    trainer.write_text(trainer.read_text().replace("p = trial.params", f"p = trial.params; {note}"))
    place.ablate("run", "study.yaml", "--slots-per-gpu", per_gpu)
    assert set(seen.read_text().split()) == {"3cuda:0", "1cuda:0"}
    assert len(seen.read_text().split()) == 6
    study = ablate.Study(place.study, store=place.store)
    assert {item.device for item in study.results()} == {"cuda:0"}
    assert {item.shared_device for item in study.results()} == {2 if per_gpu == "2" else 8}
    assert "side by side" in place.ablate("table", "study.yaml", "--measured").stdout


def test_how_to_run_must_make_sense(tmp_path: Path) -> None:
    place = fast_study(tmp_path, ROWS)
    for options, text in [
        (["--slots-per-gpu", "two"], "must be a whole number, or auto"),
        (["--slots-per-gpu", "0"], "at least one trial must run on a GPU"),
        (["--stall-minutes", "-1"], "must be at least 0"),
        (["--keep", "bset"], "Did you mean 'best'?"),
        (["--jobs", "0"], "at least one trial must run at a time"),
    ]:
        assert text in place.ablate("run", "study.yaml", *options, code=2).stderr
