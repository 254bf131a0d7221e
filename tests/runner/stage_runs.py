"""Runs of studies with stages whose trials do what a test says: the real source and driver, no processes."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from ablate.events import EventWriter
from ablate.record.memory import MemoryRecorder, now_ms
from ablate.results import Failed, Finished, ResultSet, Started, Status
from ablate.runner.desk import Desk
from ablate.runner.observers import Observers, Recorded, Recording
from ablate.runner.study import Study
from ablate.runner.study_source import StudySource
from ablate.schedule import Job, Rules, Slot, StopFlag
from ablate.schedule.driver import Driver

RULES = Rules(retries=1, poll_s=0, grace_s=0.0)
SECTIONS = """\
task: classification
data: digits
model: {{name: timm/test_resnet, weights: {weights}}}
optimizer: {{name: adam, lr: {lr}}}
primary: val/accuracy
"""


def study_text(stages: list[tuple[int | None, bool]], rows: list[int | None], seeds: int) -> str:
    """A study; each stage is the number of the one that it starts from and whether it is shared, as rows are."""
    text = f"study: graph\nseeds: {seeds}\n{SECTIONS.format(weights='random', lr=0.5)}stages:\n"
    for number, (upstream, shared) in enumerate(stages):
        body = SECTIONS.format(weights=_weights(upstream), lr=1 + number)
        body += "seed: shared\n" if shared else ""
        text += f"  s{number}:\n" + "".join(f"    {line}\n" for line in body.splitlines())
    text += "  {}\n" if not stages else ""
    text += "ablations:\n  a:\n    design: variants\n    rows:\n"
    for number, upstream in enumerate(rows):
        lr = 100 + number
        text += f"      R{number}: {{model.weights: {_weights(upstream)}, optimizer.lr: {lr}}}\n"
    return text


def _weights(upstream: int | None) -> str:
    return "random" if upstream is None else f"{{stage: s{upstream}}}"


class MemoryStudy(Study):
    """A study whose records are in memory."""

    recorder: MemoryRecorder

    def recorded(self) -> ResultSet:
        return self.recorder.results()


class FakeAttempt:
    """A process that does what the test says; the end of its pipe is its death."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.alive = True
        self.sentinel, self._life = os.pipe()
        job.folder.mkdir(parents=True, exist_ok=True)
        self._writer = EventWriter(job.events_file)
        self._writer.write(Started(now_ms(), "cpu", 1, 1, 1))

    def finish(self) -> None:
        self._writer.write(Finished(now_ms(), {"val/accuracy": 1.0}, {}, {}, ()))
        self.exit()

    def fail(self, status: Status) -> None:
        self._writer.write(Failed(now_ms(), status, "its own mistake"))
        self.exit()

    def exit(self) -> None:
        if self.alive:
            self.alive = False
            self._writer.close()
            os.close(self._life)

    def terminate(self) -> None:
        self.exit()

    def kill(self) -> None:
        self.exit()

    def reap(self) -> int:
        os.close(self.sentinel)
        return 1


class FakeLauncher:
    """Starts fake attempts; ``check`` looks at each job before."""

    def __init__(self, check: Callable[[Job], None]) -> None:
        self.attempts: list[FakeAttempt] = []
        self._check = check

    def ready(self, timeout_s: float) -> bool:
        return True

    def start(self, job: Job, slot: Slot) -> FakeAttempt:
        self._check(job)
        self.attempts.append(FakeAttempt(job))
        return self.attempts[-1]

    @property
    def alive(self) -> list[FakeAttempt]:
        return [attempt for attempt in self.attempts if attempt.alive]


class StageRun:
    """One run of a study, a step at a time."""

    def __init__(self, study: MemoryStudy, finished: Counter[str], *, retry_failed: bool) -> None:
        self.study = study
        self.finished = finished
        study.recorder.reconcile(())
        desk = Desk(study, lambda config, seed: {})
        recording = Recording(study.recorder, desk.cards, "val")
        source = StudySource(study, desk, study.recorder, recording.note, retry_failed=retry_failed)
        self.launcher = FakeLauncher(self._is_allowed)
        observer = Observers(recording, Recorded(source.recorded))
        slots = [Slot(index) for index in range(3)]
        self._driver = Driver(source, slots, self.launcher, observer, RULES, StopFlag())
        self.over = False

    def step(self) -> None:
        if not self.over:
            self.over = not self._driver.step()

    def act(self, action: str, index: int) -> None:
        """Let one of the living attempts end in some way."""
        if not self.launcher.alive:
            return
        attempt = self.launcher.alive[index % len(self.launcher.alive)]
        if action == "finish":
            self.finished[attempt.job.identity] += 1
            attempt.finish()
        elif action == "crash":
            attempt.exit()
        else:
            attempt.fail(Status(action))

    def lose_driver(self) -> None:
        for attempt in self.launcher.alive:
            attempt.exit()
        self.over = True

    def _is_allowed(self, job: Job) -> None:
        """Nothing starts before its stage has finished and is recorded, nor twice at a time."""
        assert job.identity not in {attempt.job.identity for attempt in self.launcher.alive}
        assert not self.finished[job.identity], "trained again"
        known = {identity: trial for trial, identity in self.study.identities.items()}
        start = self.study.plan.upstream(known[job.identity])
        if start is not None:
            recorded = self.study.recorded().by_identity()
            assert recorded[self.study.identity_at[start]].status is Status.FINISHED


def memory_study(folder: Path, text: str, recorder: MemoryRecorder) -> MemoryStudy:
    path = folder / "study.yaml"
    path.write_text(text)
    study = MemoryStudy(path, store=folder / "mlruns")
    study.recorder = recorder
    return study
