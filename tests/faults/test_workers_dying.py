"""Trials that crash, hang or lose a data loader: their slots stay usable, and never hold two at a time."""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Iterable
from pathlib import Path

import pytest

from ablate.events import read_events
from ablate.results import Failed, Finished, Started
from ablate.schedule import Job, Launcher, Outcome, Rules, Slot, run_jobs
from ablate.schedule.slots import slots
from ablate.testing import fake_trainer

CRASHES = ["kill", "segfault", "abort", "exit 3", "os exit 1", "fork and die", "out of memory"]


class Silent:
    """Hears everything and keeps nothing."""

    def started(self, job, slot): ...
    def event(self, job, event): ...
    def retried(self, job, failure): ...
    def ended(self, outcome): ...
    def tick(self, running): ...


@pytest.fixture(scope="session")
def launcher() -> Launcher:
    launcher = Launcher(fake_trainer.TARGET, preload=["ablate.testing.fake_trainer"])
    while not launcher.ready(1.0):
        pass
    return launcher


@pytest.fixture
def two_gpus(monkeypatch: pytest.MonkeyPatch) -> tuple[Slot, ...]:
    """Two pretended GPUs of which the user shows the process the fourth and the second."""
    monkeypatch.setenv("ABLATE_FAKE_GPUS", "4")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3,1")
    return slots()


def spans(outcomes: Iterable[Outcome]) -> dict[str, tuple[int, int]]:
    """From the start of a trial's first attempt to the last thing that it recorded, in milliseconds."""
    found = {}
    for outcome in outcomes:
        events = read_events(outcome.job.events_file)
        starts = [event.time_ms for event in events if isinstance(event, Started)]
        found[outcome.job.name] = (starts[0], events[-1].time_ms)
    return found


def assert_slots_held_one_at_a_time(outcomes: tuple[Outcome, ...]) -> None:
    of = spans(outcomes)
    for slot in {outcome.slot for outcome in outcomes}:
        held = sorted(of[outcome.job.name] for outcome in outcomes if outcome.slot == slot)
        for (_, end), (begin, _) in itertools.pairwise(held):
            assert end <= begin


def test_thirty_crashes_on_two_gpus(two_gpus, launcher, tmp_path: Path) -> None:
    assert [slot.visible for slot in two_gpus] == ["3", "1"]
    chance = random.Random(28)  # noqa: S311
    jobs = []
    for index in range(45):
        payload = {"condition": "c", "seed": index, "epochs": 2, "epoch_s": chance.uniform(0, 0.03)}
        if index % 3:
            once = chance.random() < 0.5
            payload |= {"trouble": chance.choice(CRASHES), "trouble_epoch": chance.choice([1, 2])}
            payload |= {"trouble_attempts": 1} if once else {}
        jobs.append(Job(str(index), f"t{index}", tmp_path / f"t{index}", payload))
    outcomes = run_jobs(jobs, two_gpus, launcher, Silent())
    assert sorted(outcome.job.name for outcome in outcomes) == sorted(job.name for job in jobs)
    assert_slots_held_one_at_a_time(outcomes)
    for slot in two_gpus:
        mine = [outcome for outcome in outcomes if outcome.slot == slot]
        assert len(mine) > 10, "a slot was lost"
        for outcome in mine:
            said = outcome.job.log_file.read_text(errors="replace")
            assert f"CUDA_VISIBLE_DEVICES={slot.visible}" in said
    for outcome in outcomes:
        trouble = outcome.job.payload.get("trouble")
        lasting = "trouble_attempts" not in outcome.job.payload or trouble == "out of memory"
        expected = Failed if trouble is not None and lasting else Finished
        assert isinstance(outcome.event, expected), outcome


def test_the_schedule_is_nearly_the_best_one(two_gpus, launcher, tmp_path: Path) -> None:
    """Forty trials of mixed length, the longest first: the slots are never idle without need."""
    chance = random.Random(40)  # noqa: S311
    lengths = sorted((chance.choice([0.03, 0.06, 0.12, 0.25]) for _ in range(40)), reverse=True)
    jobs = [
        Job(str(i), f"t{i}", tmp_path / f"t{i}", {"seed": i, "epochs": 2, "epoch_s": length / 2})
        for i, length in enumerate(lengths)
    ]
    begun = time.monotonic()
    outcomes = run_jobs(jobs, two_gpus, launcher, Silent(), Rules(poll_s=0.01))
    took_s = time.monotonic() - begun
    assert all(isinstance(outcome.event, Finished) for outcome in outcomes)
    assert_slots_held_one_at_a_time(outcomes)
    assert took_s <= 1.1 * best_s([outcome.duration_s for outcome in outcomes], len(two_gpus))


def best_s(durations: list[float], places: int) -> float:
    """What no schedule can beat: everything shared out evenly, or the longest trial alone."""
    return max(sum(durations) / places, *durations)


@pytest.mark.long
def test_two_hundred_megabytes_of_output(launcher, tmp_path: Path) -> None:
    job = Job("0", "t", tmp_path / "t", {"epochs": 2, "prints_bytes": 100_000_000})
    (outcome,) = run_jobs([job], [Slot(0)], launcher, Silent())
    assert isinstance(outcome.event, Finished)
    assert job.log_file.stat().st_size < 5_000_000
