"""Runs jobs in slots: hands out, watches, retries, stops, and tells an observer."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.connection import wait
from typing import Protocol

from ablate.results import Failed
from ablate.schedule.job import Job, Outcome, Slot
from ablate.schedule.launcher import Launcher
from ablate.schedule.signals import StopFlag
from ablate.schedule.tracking import News, TrackedTrial


@dataclass(frozen=True, slots=True)
class Running:
    """A trial that runs now, ``elapsed_s`` after its first attempt began."""

    job: Job
    slot: Slot
    attempt: int
    elapsed_s: float


class Observer(Protocol):
    """Told what happens, in order for each job: started, events and retries, ended.

    An error that it raises stops every trial and ends the run.
    """

    def started(self, job: Job, slot: Slot) -> None:
        """The first attempt at a job was started."""

    def event(self, job: Job, event: News) -> None:
        """A trial recorded something; at first what earlier, interrupted runs had recorded."""

    def retried(self, job: Job, failure: Failed) -> None:
        """An attempt crashed, and another one was started in the same slot."""

    def ended(self, outcome: Outcome) -> None:
        """A job ended; its outcome holds the result or the failure."""

    def tick(self, running: Sequence[Running]) -> None:
        """Time went by; also while nothing runs yet."""


def run_jobs(
    jobs: Iterable[Job],
    slots: Sequence[Slot],
    launcher: Launcher,
    observer: Observer,
    *,
    retries: int = 1,
    poll_s: float = 0.05,
    grace_s: float = 10.0,
    stop: StopFlag | None = None,
) -> tuple[Outcome, ...]:
    """Run each job once, one at a time in each slot.

    An attempt whose process dies without a result is tried again up to ``retries`` times; a failure that
    the trial reports itself is final, and so is an exit with 0 that brings no result. A trial that was told
    to stop has ``grace_s`` to do so, as has a process to end after its result. No process is left when this
    function returns or raises.

    Returns:
        The outcomes in the order in which they were reached. Jobs that a stop kept from starting have none.
    """
    run = _Run(iter(jobs), launcher, observer, retries, poll_s, grace_s, stop or StopFlag())
    try:
        return run.through(slots)
    finally:
        run.abandon()


@dataclass(slots=True)
class _Run:
    jobs: Iterator[Job]
    launcher: Launcher
    observer: Observer
    retries: int
    poll_s: float
    grace_s: float
    stop: StopFlag
    stop_deadline: float | None = None
    last_tick: float = 0.0
    running: dict[int, TrackedTrial] = field(default_factory=dict)
    deliveries: deque[Callable[[], None]] = field(default_factory=deque)
    outcomes: list[Outcome] = field(default_factory=list)

    def through(self, slots: Sequence[Slot]) -> tuple[Outcome, ...]:
        """Run until every job has ended and everything is delivered."""
        while not self.stop.requested and not self.launcher.ready(self.poll_s):
            self._tick()
        for slot in slots:
            self._fill(slot)
        while self.running or self.deliveries:
            self._obey_stop()
            # a freed slot goes before the news: delivering takes longer than starting
            for sentinel in self._exited(0 if self.deliveries else self.poll_s):
                self._settle(self.running.pop(sentinel))
            if self.deliveries:
                self.deliveries.popleft()()
            else:
                self._look()
            self._tick()
        return tuple(self.outcomes)

    def abandon(self) -> None:
        """Stop what still runs, in the grace time if nobody is in a hurry."""
        for trial in self.running.values():
            trial.stop()
        deadline = time.monotonic() + self.grace_s
        while self.running:
            if self.stop.immediate or time.monotonic() >= deadline:
                self._kill_all()
            for sentinel in self._exited(self.poll_s):
                self._reap(self.running.pop(sentinel))

    def _fill(self, slot: Slot) -> None:
        """Start the next job that is not settled by what its folder holds."""
        while not self.stop.requested and (job := next(self.jobs, None)) is not None:
            trial = TrackedTrial(job, slot)
            news = trial.catch_up()
            if not trial.settled:
                self._start(trial)
            self._deliver(partial(self.observer.started, job, slot))
            self._deliver_news(trial, news)
            if not trial.settled:
                return
            self._conclude(trial, 0)

    def _start(self, trial: TrackedTrial) -> None:
        process = self.launcher.start(trial.job, trial.slot)
        trial.began(process)
        self.running[process.sentinel] = trial

    def _settle(self, trial: TrackedTrial) -> None:
        """An attempt has ended: try again, or hand its slot to the next job."""
        code = self._reap(trial)
        self._deliver_news(trial, trial.news())
        if trial.crashed(code) and trial.attempts <= self.retries and not self.stop.requested:
            failure = trial.failure(code)
            self._start(trial)
            self._deliver(partial(self.observer.retried, trial.job, failure))
        else:
            self._conclude(trial, code)
            self._fill(trial.slot)

    def _conclude(self, trial: TrackedTrial, code: int) -> None:
        outcome = trial.outcome(code, self.stop.signal_name)
        self.outcomes.append(outcome)
        self._deliver(partial(self.observer.ended, outcome))

    def _reap(self, trial: TrackedTrial) -> int:
        process, trial.process = trial.process, None
        return process.reap() if process is not None else 0

    def _exited(self, timeout_s: float) -> list[int]:
        return [ready for ready in wait(self.running, timeout_s) if isinstance(ready, int)]

    def _look(self) -> None:
        """Collect what running trials wrote; end those that linger after their result."""
        for trial in self.running.values():
            self._deliver_news(trial, trial.news())
            settled = trial.settled_at
            if settled is not None and time.monotonic() - settled > self.grace_s:
                trial.kill()

    def _obey_stop(self) -> None:
        if not self.stop.requested:
            return
        if self.stop_deadline is None:
            self.stop_deadline = time.monotonic() + self.grace_s
            for trial in self.running.values():
                self._deliver_news(trial, trial.news())
                trial.stop()
        if self.stop.immediate or time.monotonic() >= self.stop_deadline:
            self._kill_all()

    def _kill_all(self) -> None:
        for trial in self.running.values():
            trial.kill()

    def _tick(self) -> None:
        if time.monotonic() - self.last_tick >= self.poll_s:
            self.observer.tick([_state(trial) for trial in self.running.values()])
            self.last_tick = time.monotonic()

    def _deliver(self, delivery: Callable[[], None]) -> None:
        self.deliveries.append(delivery)

    def _deliver_news(self, trial: TrackedTrial, news: Iterable[News]) -> None:
        for event in news:
            self._deliver(partial(self.observer.event, trial.job, event))


def _state(trial: TrackedTrial) -> Running:
    return Running(trial.job, trial.slot, trial.attempts, trial.elapsed_s)
