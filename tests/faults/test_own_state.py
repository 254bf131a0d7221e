"""What a run keeps on disk while it goes on, cut short anywhere: it opens at an earlier point and ends the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ablate.progress.channel import ProgressWriter, read_progress
from ablate.results import EpochMetrics, Finished
from ablate.schedule import Job, Launcher, Slot, run_jobs, study_lock
from ablate.schedule.lock import holder, is_held
from ablate.testing import fake_trainer


class Listening:
    """An observer that keeps the epochs it hears of."""

    def __init__(self) -> None:
        self.epochs: list[tuple[int, float]] = []

    def event(self, _: Job, event: object) -> None:
        if isinstance(event, EpochMetrics):
            self.epochs.append((event.epoch, event.metrics["val/accuracy"]))

    def _ignore(self, *_: object) -> None:
        """Not interested."""

    started = retried = ended = tick = _ignore


@pytest.fixture(scope="module")
def launcher() -> Launcher:
    return Launcher(fake_trainer.TARGET, preload=["ablate.testing.fake_trainer"])


def run(launcher: Launcher, folder: Path) -> tuple[Finished, list[tuple[int, float]]]:
    heard = Listening()
    job = Job("id", "trial", folder, {"condition": "a", "seed": 0})
    (outcome,) = run_jobs([job], [Slot(0)], launcher, heard)
    assert isinstance(outcome.event, Finished)
    return outcome.event, heard.epochs


def test_events_cut_at_every_byte_of_their_tail(launcher: Launcher, tmp_path: Path) -> None:
    whole, epochs = run(launcher, tmp_path / "whole")
    content = (tmp_path / "whole" / "events.jsonl").read_bytes()
    lines = content.splitlines(keepends=True)
    tail = len(content) - len(lines[-1]) - len(lines[-2])
    for end in (*range(tail, len(content), 29), len(content) - 1, len(content)):
        folder = tmp_path / str(end)
        folder.mkdir()
        (folder / "events.jsonl").write_bytes(content[:end])
        result, heard = run(launcher, folder)
        assert (result.final, heard) == (whole.final, epochs)


def test_the_job_is_written_again_by_every_run(launcher: Launcher, tmp_path: Path) -> None:
    _, epochs = run(launcher, tmp_path / "whole")
    content = (tmp_path / "whole" / "job.json").read_bytes()
    for end in range(0, len(content), 11):
        folder = tmp_path / str(end)
        folder.mkdir()
        (folder / "job.json").write_bytes(content[:end])
        assert run(launcher, folder)[1] == epochs
        assert (folder / "job.json").read_bytes() == content


def test_progress_cut_anywhere_is_no_progress(tmp_path: Path) -> None:
    path = tmp_path / "progress"
    writer = ProgressWriter(path)
    writer.update(1, 2, 3, 4, 0.5)
    writer.close()
    content = path.read_bytes()
    assert read_progress(path) is not None
    for end in range(len(content)):
        path.write_bytes(content[:end])
        assert read_progress(path) is None


def test_a_holder_file_cut_anywhere_holds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "study.lock"
    with study_lock(path):
        content = (tmp_path / "study.lock.holder").read_bytes()
        assert json.loads(content)
    for end in range(len(content) - 2):
        (tmp_path / "study.lock.holder").write_bytes(content[:end])
        assert holder(path) is None
        assert not is_held(path)
    with study_lock(path):
        assert holder(path) is not None
