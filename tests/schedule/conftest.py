"""A warm launcher of fake trials, jobs for it, and an observer that remembers."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest

from ablate.results import Failed
from ablate.schedule import Job, Launcher, Outcome, Running, Slot
from ablate.schedule.tracking import News
from ablate.testing import fake_trainer


@dataclass
class RecordingObserver:
    calls: list[tuple[str, str]] = field(default_factory=list)
    events: dict[str, list[News]] = field(default_factory=dict)
    retries: list[Failed] = field(default_factory=list)
    ticks: list[tuple[Running, ...]] = field(default_factory=list)
    slots: dict[str, Slot] = field(default_factory=dict)

    def started(self, job: Job, slot: Slot) -> None:
        self.calls.append(("started", job.name))
        self.slots[job.name] = slot

    def event(self, job: Job, event: News) -> None:
        self.calls.append(("event", job.name))
        self.events.setdefault(job.name, []).append(event)

    def retried(self, job: Job, failure: Failed) -> None:
        self.calls.append(("retried", job.name))
        self.retries.append(failure)

    def ended(self, outcome: Outcome) -> None:
        self.calls.append(("ended", outcome.job.name))

    def tick(self, running: Sequence[Running]) -> None:
        self.ticks.append(tuple(running))

    def of(self, name: str) -> list[str]:
        return [call for call, of in self.calls if of == name]


@pytest.fixture
def observer() -> RecordingObserver:
    return RecordingObserver()


@pytest.fixture(scope="session")
def launcher() -> Launcher:
    return Launcher(fake_trainer.TARGET, preload=["ablate.testing.fake_trainer"])


@pytest.fixture
def make_job(tmp_path: Path) -> Callable[..., Job]:
    def make(name: str = "trial", **payload: Any) -> Job:
        return Job(f"id-{name}", name, tmp_path / name, {"condition": name, "seed": 0, **payload})

    return make


class Processes:
    """The living processes that have a file open in a folder, as trials have their logs."""

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder)

    def alive(self) -> list[psutil.Process]:
        return [process for process in psutil.process_iter() if self._is_trial(process)]

    def gone_within(self, seconds: float) -> bool:
        return _empty_within(seconds, self.alive)

    def group_gone_within(self, seconds: float, group: int) -> bool:
        """Whether no process of the group is left but dead ones that nobody has waited for."""
        return _empty_within(
            seconds, lambda: [p for p in psutil.process_iter() if _in_group(p, group)]
        )

    def _is_trial(self, process: psutil.Process) -> bool:
        try:
            return process.status() != psutil.STATUS_ZOMBIE and any(
                self._folder in file.path for file in process.open_files()
            )
        except psutil.Error:
            return False


def _in_group(process: psutil.Process, group: int) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE and os.getpgid(process.pid) == group
    except (psutil.Error, ProcessLookupError):
        return False


def _empty_within(seconds: float, look: Callable[[], list[psutil.Process]]) -> bool:
    deadline = time.monotonic() + seconds
    while look():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


@pytest.fixture
def processes(tmp_path: Path) -> Processes:
    return Processes(tmp_path)
