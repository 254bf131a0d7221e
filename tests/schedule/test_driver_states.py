"""Any order of starting, reporting, ending, crashing, stalling, stopping and resuming keeps every promise."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ablate.events import EventWriter, encode, read_events
from ablate.record.card import TrialCard
from ablate.record.memory import MemoryRecorder, MemoryStore
from ablate.results import EpochMetrics, Failed, Finished, Started, Status, TrialResult
from ablate.runner.observers import Recording
from ablate.schedule import Job, Queue, Rules, Slot, StopFlag, driver, pulse, tracking

EPOCHS = 3
RULES = Rules(retries=1, poll_s=0, grace_s=10.0, stall_s=60.0)
SLOTS = (Slot(0), Slot(1))
JOBS = 4
KILLED, STOPPED = -9, 143
LATE = -1.0
STEPS = st.integers(0, 6)


class Clock:
    """Stands in for the ``time`` module: monotonic seconds move on request, the wall clock with every look."""

    def __init__(self) -> None:
        self.now_s = 1000.0
        self.ms = 0

    def monotonic(self) -> float:
        return self.now_s

    def next_ms(self) -> int:
        self.ms += 1
        return self.ms


class FakeAttempt:
    """A process that does what the test says; the end of its pipe is its death."""

    def __init__(self, job: Job, slot: Slot, clock: Clock) -> None:
        self.job, self.slot = job, slot
        self.sentinel, self._life = os.pipe()
        self.code: int | None = None
        self.reaped = False
        self.told_to_stop = False
        self.said: Finished | Failed | None = None
        self.said_too_late = False
        self._clock = clock
        job.folder.mkdir(exist_ok=True)
        self._writer = EventWriter(job.events_file)
        done = [e.epoch for e in read_events(job.events_file) if isinstance(e, EpochMetrics)]
        self.epoch = max(done, default=0)
        self._write(Started(clock.next_ms(), "cpu", 1, 1, EPOCHS))

    def train(self) -> None:
        self.epoch += 1
        value = {"val/accuracy": value_of(self.job.identity, self.epoch)}
        self._write(EpochMetrics(self.epoch, self._clock.next_ms(), value))

    def finish(self) -> None:
        final = {"val/accuracy": value_of(self.job.identity, EPOCHS)}
        self.said = Finished(self._clock.next_ms(), final, final, {}, ())
        self._write(self.said)

    def finish_late(self) -> None:
        """Write a result that nobody waits for any more."""
        writer = EventWriter(self.job.events_file)
        late = {"val/accuracy": LATE}
        writer.write(Finished(self._clock.next_ms(), late, late, {}, ()))
        writer.close()
        self.said_too_late = True

    def fail(self) -> None:
        if not self.told_to_stop:
            self.said = Failed(self._clock.next_ms(), Status.FAILED, "its own mistake")
            self._write(self.said)

    def tear(self) -> None:
        """Die inside a write."""
        line = encode(EpochMetrics(self.epoch + 1, self._clock.next_ms(), {"val/accuracy": 1.0}))
        with self.job.events_file.open("a") as stream:
            stream.write(line[: len(line) // 2])

    def exit(self, code: int) -> None:
        if self.code is None:
            self.code = code
            self._writer.close()
            os.close(self._life)

    def _write(self, event: Started | EpochMetrics | Finished | Failed) -> None:
        self._writer.write(event)

    # What the driver sees.

    def terminate(self) -> None:
        self.told_to_stop = True

    def kill(self) -> None:
        self.exit(KILLED)

    def reap(self) -> int:
        assert self.code is not None, "waits for a process that has not ended"
        os.close(self.sentinel)
        self.reaped = True
        return self.code


class FakeLauncher:
    def __init__(self, clock: Clock) -> None:
        self.living: list[FakeAttempt] = []
        self.starts: Counter[str] = Counter()
        self._clock = clock

    def ready(self, timeout_s: float) -> bool:
        return True

    def start(self, job: Job, slot: Slot) -> FakeAttempt:
        assert slot not in [other.slot for other in self.alive()], "a slot has two trials"
        assert job not in [other.job for other in self.alive()], "a trial runs twice at a time"
        written = read_events(job.events_file)
        assert not any(isinstance(event, Finished) for event in written), "runs again"
        self.starts[job.identity] += 1
        self.living.append(FakeAttempt(job, slot, self._clock))
        return self.living[-1]

    def alive(self) -> list[FakeAttempt]:
        return [attempt for attempt in self.living if attempt.code is None]


class Counting(Recording):
    """The real recording, which also counts what it hears; it may die before or after a call to the recorder."""

    def __init__(self, recorder: MemoryRecorder, cards: dict[str, TrialCard]) -> None:
        super().__init__(recorder, cards, "val")
        self.ends: Counter[str] = Counter()

    def ended(self, outcome: driver.Outcome) -> None:
        self.ends[outcome.job.identity] += 1
        super().ended(outcome)


class Killed(BaseException):
    """The driver died inside a call of its recorder."""


class Mortal:
    """A recorder whose driver can die before or after its next call."""

    def __init__(self, recorder: MemoryRecorder) -> None:
        self._recorder = recorder
        self.dies: str | None = None

    def __getattr__(self, name: str):
        call = getattr(self._recorder, name)

        def mortal(*arguments):
            if self.dies == "before":
                raise Killed
            result = call(*arguments)
            if self.dies == "after":
                raise Killed
            return result

        return mortal


def said_by(job: Job) -> object:
    return read_events(job.events_file)[-1]


def is_open(result: TrialResult | None, retry_failed: bool) -> bool:
    """Whether a run takes a trial up that is recorded like this."""
    if result is None or not result.status.settled:
        return True
    return retry_failed and result.status is not Status.FINISHED


def value_of(identity: str, epoch: int) -> float:
    return (int(identity) * 7 + epoch) / 100


class Runs(RuleBasedStateMachine):
    """Several runs of one study, one after the other, each ended by itself, by a stop or by a crash."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.clock = Clock()
        self.patched = [(module, module.time) for module in (driver, pulse, tracking)]
        for module, _ in self.patched:
            module.time = SimpleNamespace(monotonic=self.clock.monotonic)
        self.recorder = MemoryRecorder(MemoryStore(), "study", self.clock.next_ms)
        self.finished: dict[str, float] = {}
        self.lost = False
        self.start_run(retry_failed=False)

    def start_run(self, *, retry_failed: bool) -> None:
        """What ``ablate run`` does: reconcile, then run what has not settled."""
        self.recorder.reconcile(())
        recorded = self.recorder.results().by_identity()
        self.todo = [
            job for job in self.jobs() if is_open(recorded.get(job.identity), retry_failed)
        ]
        self.launcher = FakeLauncher(self.clock)
        self.flag = StopFlag()
        self.mortal = Mortal(self.recorder)
        cards = {job.identity: TrialCard(job.identity, "c", 0, job.name) for job in self.jobs()}
        self.observer = Counting(self.mortal, cards)
        self.driver = driver.Driver(
            Queue(self.todo), SLOTS, self.launcher, self.observer, RULES, self.flag
        )
        self.running = True

    def jobs(self) -> list[Job]:
        return [Job(str(i), f"t{i}", self.folder / str(i)) for i in range(JOBS)]

    def attempt(self, index: int) -> FakeAttempt | None:
        alive = self.launcher.alive()
        return alive[index % len(alive)] if alive else None

    def step(self, times: int) -> None:
        for _ in range(times):
            if not self.running:
                return
            try:
                self.running = self.driver.step()
            except Killed:
                self.lose_driver()
                return
            if not self.running:
                self.check_end()

    @precondition(lambda self: self.running)
    @rule(index=st.integers(0, 1), epochs=st.integers(0, EPOCHS), steps=STEPS)
    def train(self, index: int, epochs: int, steps: int) -> None:
        attempt = self.attempt(index)
        for _ in range(epochs):
            if attempt is not None and attempt.epoch < EPOCHS:
                attempt.train()
        self.step(steps)

    @precondition(lambda self: self.running)
    @rule(index=st.integers(0, 1), code=st.sampled_from([0, 0, 1, KILLED]), steps=STEPS)
    def finish(self, index: int, code: int, steps: int) -> None:
        """A result counts whatever the exit code."""
        attempt = self.attempt(index)
        if attempt is not None:
            while attempt.epoch < EPOCHS:
                attempt.train()
            attempt.finish()
            attempt.exit(code)
        self.step(steps)

    @precondition(lambda self: self.running)
    @rule(index=st.integers(0, 1), steps=STEPS)
    def fail(self, index: int, steps: int) -> None:
        attempt = self.attempt(index)
        if attempt is not None:
            attempt.fail()
            attempt.exit(1)
        self.step(steps)

    @precondition(lambda self: self.running)
    @rule(
        index=st.integers(0, 1),
        code=st.sampled_from([KILLED, -11, 0, 3]),
        torn=st.booleans(),
        steps=STEPS,
    )
    def crash(self, index: int, code: int, torn: bool, steps: int) -> None:
        attempt = self.attempt(index)
        if attempt is not None:
            if torn:
                attempt.tear()
            attempt.exit(code)
        self.step(steps)

    @precondition(lambda self: self.running)
    @rule(index=st.integers(0, 1))
    def die_again_and_again(self, index: int) -> None:
        attempt = self.attempt(index)
        for _ in range(RULES.retries + 2):
            for again in self.launcher.alive():
                if attempt is not None and again.job == attempt.job:
                    again.exit(KILLED)
            self.step(2)

    @precondition(lambda self: self.running)
    @rule(index=st.integers(0, 1), steps=STEPS)
    def stall(self, index: int, steps: int) -> None:
        """A trial is given up, and its result arrives before its process is gone."""
        attempt = self.attempt(index)
        if attempt is not None:
            while self.running and attempt.code is None:
                self.clock.now_s += RULES.stall_s + 2
                self.step(1)
            if not attempt.reaped and attempt.said is None:
                attempt.finish_late()
        self.step(steps)

    @precondition(lambda self: self.running)
    @rule(seconds=st.sampled_from([1.0, 11.0, 61.0]), steps=STEPS)
    def time_goes_by(self, seconds: float, steps: int) -> None:
        """Long enough for silent trials to be given up, or for a grace time to end."""
        self.clock.now_s += seconds
        self.step(steps)

    @precondition(lambda self: self.running)
    @rule(obeying=st.booleans(), waiting=st.booleans())
    def stop(self, obeying: bool, waiting: bool) -> None:
        """Trials that do not obey are killed when their grace time is over."""
        self.flag.request()
        while self.running and waiting:
            self.step(1)
            self.clock.now_s += RULES.grace_s / 4
            for attempt in self.launcher.alive():
                if obeying and attempt.told_to_stop:
                    attempt.exit(STOPPED)

    @precondition(lambda self: self.running)
    @rule(when=st.sampled_from([None, "before", "after"]))
    def kill_driver(self, when: str | None) -> None:
        """At once, or before or after it records the next thing."""
        self.mortal.dies = when
        if when is None:
            self.lose_driver()

    @precondition(lambda self: not self.running)
    @rule(retry_failed=st.booleans(), steps=STEPS)
    def resume(self, retry_failed: bool, steps: int) -> None:
        self.start_run(retry_failed=retry_failed)
        self.step(steps)

    def lose_driver(self) -> None:
        """The driver is gone without a word, and the kernel takes its trials along."""
        for attempt in self.launcher.alive():
            attempt.kill()
        self.running = False
        self.lost = True

    def check_end(self) -> None:
        """A run that ended by itself or by a stop has told of everything once."""
        assert not self.launcher.alive()
        ends = {outcome.job.identity: outcome.event for outcome in self.driver.outcomes}
        for attempt in {attempt.job: attempt for attempt in self.launcher.living}.values():
            self.check_attempt(attempt, ends[attempt.job.identity])
        told = self.observer.ends
        assert set(told.values()) <= {1}
        assert len(self.driver.outcomes) == len(told)
        assert Status.RUNNING not in {item.status for item in self.recorder.results()}
        if not self.flag.requested:
            assert set(told) == {job.identity for job in self.todo}

    def check_attempt(self, attempt: FakeAttempt, end: Finished | Failed) -> None:
        """The last attempt at a trial decides how it ended, unless it was given up before."""
        if attempt.said is not None:
            assert end == attempt.said
        elif attempt.said_too_late:
            assert isinstance(end, Failed)
        elif attempt.told_to_stop:
            assert isinstance(end, Failed)
            assert end.status is Status.INTERRUPTED or end.reason.startswith("no sign of life")
        assert not isinstance(end, Failed) or "unreadable" not in end.reason

    @invariant()
    def no_slot_has_two_trials(self) -> None:
        slots = [attempt.slot for attempt in self.launcher.alive()]
        assert len(slots) == len(set(slots))

    @invariant()
    def attempts_are_bounded(self) -> None:
        assert all(count <= RULES.retries + 1 for count in self.launcher.starts.values())

    @invariant()
    def what_has_finished_stays(self) -> None:
        for item in self.recorder.results():
            if item.status is Status.FINISHED:
                value = item.metrics["val/accuracy"]
                assert self.finished.setdefault(item.identity, value) == value
        assert not self.finished.keys() & {a.job.identity for a in self.launcher.alive()}
        recorded = self.recorder.results().by_identity()
        for identity in self.finished:
            assert recorded[identity].status is Status.FINISHED

    @invariant()
    def every_identity_has_one_run_and_every_epoch_its_value(self) -> None:
        identities = [run.result.identity for run in self.recorder.runs.values()]
        assert len(identities) == len(set(identities))
        for run in self.recorder.runs.values():
            assert list(run.epochs) == list(range(1, len(run.epochs) + 1))
            for epoch, event in run.epochs.items():
                assert event.metrics == {"val/accuracy": value_of(run.result.identity, epoch)}

    def teardown(self) -> None:
        """Whatever happened: run to the end, failed trials too, and the results are those of a quiet run."""
        if not hasattr(self, "driver"):
            return
        try:
            if self.running:
                self.lose_driver()
            self.start_run(retry_failed=True)
            while self.running:
                self.finish(0, 0, steps=1)
            self.what_has_finished_stays()
            self.every_identity_has_one_run_and_every_epoch_its_value()
            results = self.recorder.results().by_identity()
            assert {item.status for item in results.values()} == {Status.FINISHED}
            late = {identity for identity, value in self.finished.items() if value == LATE}
            for job in self.jobs():
                if job.identity not in late:
                    expected = {"val/accuracy": value_of(job.identity, EPOCHS)}
                    assert results[job.identity].metrics == expected
            left = [job for job in self.jobs() if job.folder.exists()]
            assert self.lost or not left, "only a killed driver leaves a recorded trial's folder"
            assert all(isinstance(said_by(job), Finished) for job in left)
        finally:
            for module, original in self.patched:
                module.time = original
            shutil.rmtree(self.folder)


TestRuns = Runs.TestCase
TestRuns.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
