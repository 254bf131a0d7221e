"""Drivers in processes of their own that are interrupted and killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

DRIVER = Path(__file__).parent / "study_driver.py"


class Driver:
    def __init__(self, folder: Path, payloads: list[dict], slots: int = 2) -> None:
        arguments = [str(folder), str(slots), json.dumps(payloads)]
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, str(DRIVER), *arguments],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            start_new_session=True,
        )

    def wait_for_events(self, count: int) -> None:
        """Until ``count`` trials have written their first event."""
        deadline = time.monotonic() + 15
        while len(list(self.folder.glob("*/events.jsonl"))) < count:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        time.sleep(0.1)

    def end(self) -> tuple[int, list[str]]:
        out, _ = self.process.communicate(timeout=15)
        return self.process.returncode, out.splitlines()


@pytest.fixture
def drive(tmp_path: Path) -> Iterator:
    drivers = []

    def start(payloads: list[dict], slots: int = 2) -> Driver:
        drivers.append(Driver(tmp_path, payloads, slots))
        return drivers[-1]

    yield start
    for driver in drivers:
        driver.process.kill()
        driver.process.communicate()


@pytest.mark.parametrize(
    ("number", "code", "name"),
    [(signal.SIGINT, 130, "SIGINT"), (signal.SIGTERM, 143, "SIGTERM")],
)
def test_one_signal_ends_trials_in_time_and_resumes(drive, processes, number, code, name):
    slow = {"epochs": 3, "epoch_s": 0.4}
    driver = drive([slow, {**slow, "trouble": "ignore sigterm"}, slow])
    driver.wait_for_events(2)
    os.killpg(driver.process.pid, number)
    returncode, lines = driver.end()
    assert returncode == code
    assert f"ended t0 interrupted stopped by {name}" in lines
    assert f"ended t1 interrupted stopped by {name}" in lines
    assert not any("t2" in line for line in lines)
    assert not processes.alive()

    quick = {"epochs": 3}
    returncode, lines = drive([quick] * 3).end()
    assert returncode == 0
    ended = sorted(line for line in lines if line.startswith("ended"))
    assert ended == [f"ended t{index} finished " for index in range(3)]
    assert lines.count("main script") == 1


def test_a_second_signal_kills_at_once(drive, processes):
    driver = drive([{"trouble": "ignore sigterm"}] * 2)
    driver.wait_for_events(2)
    begin = time.monotonic()
    driver.process.send_signal(signal.SIGINT)
    time.sleep(0.2)
    driver.process.send_signal(signal.SIGINT)
    returncode, lines = driver.end()
    assert returncode == 130
    assert time.monotonic() - begin < 5  # within a second, if the machine is not busy
    assert [line.split()[2] for line in lines if line.startswith("ended")] == ["interrupted"] * 2
    assert not processes.alive()


@pytest.mark.parametrize("trouble", ["hang", "fork and hang", "ignore sigterm", "hold interpreter"])
def test_no_child_outlives_a_killed_driver(drive, processes, trouble):
    driver = drive([{"trouble": trouble}] * 2)
    driver.wait_for_events(2)
    assert len(processes.alive()) >= 2
    driver.process.kill()
    assert processes.gone_within(1.0)
    assert processes.group_gone_within(1.0, driver.process.pid)  # the forkserver, too


def test_no_frozen_child_outlives_a_killed_driver(drive, processes):
    driver = drive([{"trouble": "hang"}])
    driver.wait_for_events(1)
    (frozen,) = [p for p in processes.alive() if p.pid != driver.process.pid]
    frozen.suspend()
    driver.process.kill()
    assert processes.gone_within(1.0)


def test_a_killed_driver_loses_nothing_that_was_recorded(drive):
    payload = {"epochs": 4, "epoch_s": 0.3}
    driver = drive([payload], slots=1)
    driver.wait_for_events(1)
    time.sleep(0.5)
    driver.process.kill()
    driver.process.wait()
    _, lines = drive([payload], slots=1).end()
    assert lines.count("EpochMetrics t0") == 4
    assert lines[-1] == "ended t0 finished "
