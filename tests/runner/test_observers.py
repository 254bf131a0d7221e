from __future__ import annotations

import errno
import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ablate.errors import RecordError
from ablate.files import write_json
from ablate.record.memory import MemoryRecorder, MemoryStore
from ablate.results import Failed, Finished, Status
from ablate.runner.observers import Recorded, Recording
from ablate.schedule.job import Job, Outcome, Slot
from ablate.spec.probe_record import ProbeRecord, Stage
from ablate.testing.recorder_cases import card

RESULT = Finished(4, {"val/accuracy": 0.5}, {}, {}, ())


@pytest.fixture
def job(tmp_path: Path) -> Job:
    made = Job(card().identity, card().name, tmp_path / "trial")
    (made.folder / "artifacts").mkdir(parents=True)
    (made.folder / "artifacts" / "weights.safetensors").write_bytes(b"weights")
    made.events_file.touch()
    made.log_file.write_text("training\n")
    return made


@pytest.fixture
def recorder() -> MemoryRecorder:
    return MemoryRecorder(MemoryStore(), "s")


def ended(recorder: MemoryRecorder, job: Job, event: Finished | Failed) -> None:
    recording = Recording(recorder, {job.identity: card()}, "val")
    recording.started(job, Slot(0))
    recording.ended(Outcome(job, Slot(0), event, 1, 1.0))


def only_run(recorder: MemoryRecorder) -> tuple[Status, set[str]]:
    (run,) = recorder.runs.values()
    return run.result.status, set(run.artifacts)


def test_a_result_is_recorded_with_a_list_of_its_files(recorder: MemoryRecorder, job: Job) -> None:
    ended(recorder, job, RESULT)
    files = {"weights.safetensors", "log.txt", "manifest.json"}
    assert only_run(recorder) == (Status.FINISHED, files)
    assert not job.folder.exists()


def test_only_finished_trials_are_told_of_as_recorded(job: Job) -> None:
    """One that is handed out again has ended too, and nothing can start from it yet."""
    told: list[str] = []
    observer = Recorded(told.append)
    for event in (Failed(1, Status.INTERRUPTED, "out of memory beside others"), RESULT):
        observer.ended(Outcome(job, Slot(0), event, 1, 1.0))
    assert told == [job.identity]


def write_probes(folder: Path) -> None:
    record = ProbeRecord(("x",), ((9, 9, 9),), ("a",), False, False, (Stage(2, 5, {}),))
    write_json(folder / "probes.json", record.to_plain())
    (folder / "a").mkdir()
    for name in ("image", "truth", "epoch-0002"):
        Image.fromarray(np.zeros((8, 8), np.uint8)).save(folder / "a" / f"{name}.png")


@pytest.mark.parametrize("event", [RESULT, Failed(4, Status.PRUNED, "worse than others")])
def test_probes_are_drawn_listed_and_tagged(
    recorder: MemoryRecorder,
    job: Job,
    event: Finished | Failed,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tags: dict[str, str] = {}
    monkeypatch.setattr(recorder, "tag", lambda run_id, more: tags.update(more))
    write_probes(job.folder / "artifacts" / "probes")
    ended(recorder, job, event)
    (run,) = recorder.runs.values()
    added = {name for name in run.artifacts if name.startswith("images/")} | {"probes/grid.png"}
    assert len(added) == 1 + 2 * 2
    assert tags == {"mlflow.loggedImages": "True"}
    assert set(json.loads(run.artifacts["manifest.json"])["files"]) > added


def test_the_probes_of_an_interrupted_trial_wait_for_its_end(
    recorder: MemoryRecorder, job: Job
) -> None:
    write_probes(job.folder / "artifacts" / "probes")
    ended(recorder, job, Failed(4, Status.INTERRUPTED, "killed"))
    assert not (job.folder / "artifacts" / "probes" / "grid.png").exists()


def test_an_interrupted_trial_keeps_its_folder(recorder: MemoryRecorder, job: Job) -> None:
    ended(recorder, job, Failed(4, Status.INTERRUPTED, "cannot write x (0 bytes free)"))
    assert only_run(recorder) == (Status.INTERRUPTED, set())
    assert not (job.folder / "artifacts" / "manifest.json").exists()


def test_no_success_without_files(recorder: MemoryRecorder, job: Job) -> None:
    shutil.rmtree(job.folder)
    with pytest.raises(RecordError, match="was removed before the result of"):
        ended(recorder, job, RESULT)
    assert only_run(recorder) == (Status.RUNNING, set())


def test_a_failure_can_be_recorded_without_its_folder(recorder: MemoryRecorder, job: Job) -> None:
    shutil.rmtree(job.folder)
    ended(recorder, job, Failed(4, Status.FAILED, "killed"))
    assert only_run(recorder) == (Status.FAILED, set())


def test_a_full_disk_ends_the_run_and_loses_nothing(
    recorder: MemoryRecorder, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fsync(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fsync)
        with pytest.raises(RecordError, match=r"bytes free\)\. Make room"):
            ended(recorder, job, RESULT)
    assert only_run(recorder)[0] is Status.RUNNING
    assert RecordError.exit_code == 4
    ended(recorder, job, RESULT)
    assert only_run(recorder)[0] is Status.FINISHED
