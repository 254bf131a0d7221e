"""The driver is killed again and again, at any moment and at every named one; nothing is lost."""

from __future__ import annotations

import random
import shutil
import signal
import time

import pytest

from ablate.crash_points import DRIVER_POINTS, VARIABLE

from .small_study import TRIALS, SmallStudy, assert_nothing_lost

#: Points that a run always passes. The places before are reached by the first trial, the later ones by a later trial.
PASSED = {name: name if name.startswith("table") else f"{name}:2" for name in DRIVER_POINTS}
del PASSED["epoch-rewound"]


def kill_at_random(study: SmallStudy, chance: random.Random, *settings: str) -> bool:
    """Start a run and kill it while it starts, trains or records; whether it was alive until then."""
    trained, recorded = study.epochs_on_disk(), study.last_recorded_ns()
    process = study.start("run", "study.yaml", "--jobs", "2", *settings)
    moment = chance.choice(["starting", "training", "recording"])
    if moment == "training":
        study.wait_for(lambda: study.epochs_on_disk() != trained or process.poll() is not None)
    elif moment == "recording":
        study.wait_for(lambda: study.last_recorded_ns() != recorded or process.poll() is not None)
    time.sleep(chance.uniform(0, 3 if moment == "starting" else 1))
    process.kill()
    process.communicate()
    assert study.no_process_within(5)
    assert process.returncode in (-signal.SIGKILL, 0)
    return process.returncode != 0


@pytest.mark.long
def test_four_kills_at_random_moments(study: SmallStudy, quiet_table: str) -> None:
    chance = random.Random(1)  # noqa: S311
    assert sum(kill_at_random(study, chance) for _ in range(4)) >= 2
    assert_nothing_lost(study, quiet_table)


@pytest.mark.long
def test_fifty_kills_at_random_moments(study: SmallStudy, tmp_path_factory) -> None:
    slower = ("--set", "params.epochs=80", "--set", "params.epoch_s=0.1")
    quiet = SmallStudy(tmp_path_factory.mktemp("quiet"))
    study.file.write_text(
        study.text.replace("epochs: 3, epoch_s: 0.05", "epochs: 80, epoch_s: 0.1")
    )
    chance = random.Random(50)  # noqa: S311
    hits = sum(kill_at_random(study, chance) for _ in range(50))
    print(f"{hits} of 50 kills found a living run; {study.run_states()} before the last one")
    assert hits >= 30
    assert_nothing_lost(study, quiet.run(*slower), epochs=80)


def crash_at(study: SmallStudy, point: str) -> None:
    process = study.start(environment={VARIABLE: point})
    _, err = process.communicate(timeout=240)
    assert process.returncode == -signal.SIGKILL, f"{point}: {process.returncode}\n{err}"
    assert study.no_process_within(5)


def test_killed_at_one_dangerous_moment_after_the_other(
    study: SmallStudy, quiet_table: str
) -> None:
    for point in (
        "begin-created",
        "artifact-linked:3",
        "summary-logged:2",
        "tell-after",
        "finish-after",
    ):
        crash_at(study, point)
    assert_nothing_lost(study, quiet_table)


@pytest.mark.long
@pytest.mark.parametrize("point", PASSED.values())
def test_killed_at(study: SmallStudy, quiet_table: str, point: str) -> None:
    crash_at(study, point)
    assert_nothing_lost(study, quiet_table)


@pytest.mark.long
def test_killed_while_an_epoch_takes_the_place_of_another(
    study: SmallStudy, quiet_table: str
) -> None:
    """The folders of unfinished trials are gone, so that they begin anew and record their epochs again."""
    crash_at(study, "epoch-after:3")
    shutil.rmtree(study.store / "trials")
    crash_at(study, "epoch-rewound")
    assert_nothing_lost(study, quiet_table)


def test_trials_that_die_before_their_result_are_tried_again(
    study: SmallStudy, quiet_table: str
) -> None:
    """Every first attempt dies when its last epoch is on disk."""
    assert study.run(**{VARIABLE: "event-after:4"}) == quiet_table
    assert_nothing_lost(study, quiet_table)


def test_trials_that_die_at_once_have_failed_until_they_are_asked_for(
    study: SmallStudy, quiet_table: str
) -> None:
    study.run(code=1, **{VARIABLE: "event-before"})
    assert study.run_states() == {"FAILED": TRIALS}
    failed = study.run(code=1)
    assert "0/2" in failed
    assert "killed by SIGKILL" in failed
    assert study.run("--retry-failed") == quiet_table
    assert_nothing_lost(study, quiet_table)


def test_asked_to_stop_twice_it_ends_at_once_and_goes_on_later(
    study: SmallStudy, quiet_table: str
) -> None:
    process = study.start()
    study.wait_for(lambda: study.epochs_on_disk() > 0)
    for _ in range(2):
        process.send_signal(signal.SIGINT)
        time.sleep(0.1)
    process.communicate(timeout=60)
    assert process.returncode == 130
    assert study.no_process_within(1)
    assert set(study.run_states()) <= {"KILLED", "FINISHED"}
    assert_nothing_lost(study, quiet_table)


@pytest.mark.long
@pytest.mark.parametrize("after_s", [0.3 * step for step in range(1, 11)])
def test_killed_while_it_makes_its_store(
    study: SmallStudy, quiet_table: str, after_s: float
) -> None:
    process = study.start()
    time.sleep(after_s)
    process.kill()
    process.communicate()
    assert study.no_process_within(5)
    assert_nothing_lost(study, quiet_table)
