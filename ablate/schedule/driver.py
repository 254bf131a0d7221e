"""Runs jobs in slots: hands out, watches, retries, prunes, stops, and tells an observer."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing.connection import wait

from ablate.results import EpochMetrics, Failed, Status
from ablate.schedule.job import Job, Outcome, Slot
from ablate.schedule.launching import Starter
from ablate.schedule.observer import Observer, Running
from ablate.schedule.signals import StopFlag
from ablate.schedule.source import Queue, Source
from ablate.schedule.tracking import News, TrackedTrial


@dataclass(frozen=True, slots=True)
class Rules:
    """How patient a run is.

    Attributes:
        retries: how often an attempt whose process dies without a result is tried again.
        poll_s: how long to wait for something to happen before looking at running trials.
        grace_s: how long a trial that was told to stop may take, or a process to end after its result.
        stall_s: a trial without any sign of life for so long has failed; ``None``: never.
        fail_fast: whether the first failure stops the run.
    """

    retries: int = 1
    poll_s: float = 0.05
    grace_s: float = 10.0
    stall_s: float | None = None
    fail_fast: bool = False


def run_jobs(
    jobs: Iterable[Job] | Source,
    slots: Sequence[Slot],
    launcher: Starter,
    observer: Observer,
    rules: Rules | None = None,
    *,
    stop: StopFlag | None = None,
) -> tuple[Outcome, ...]:
    """Run each job once, one at a time in each slot.

    An attempt whose process dies without a result is tried again; a failure that the trial reports itself is
    final, and so is an exit with 0 that brings no result. No process is left when this function returns or raises.

    Returns:
        The outcomes in the order in which they were reached. Jobs that a stop kept from starting have none.
    """
    source = Queue(jobs) if isinstance(jobs, Iterable) else jobs
    driver = Driver(source, slots, launcher, observer, rules or Rules(), stop or StopFlag())
    try:
        while driver.step():
            pass
        return tuple(driver.outcomes)
    finally:
        driver.abandon()


class Driver:
    """One run of jobs, a step at a time; :func:`run_jobs` steps to the end."""

    def __init__(
        self,
        source: Source,
        slots: Sequence[Slot],
        launcher: Starter,
        observer: Observer,
        rules: Rules,
        stop: StopFlag,
    ) -> None:
        self.outcomes: list[Outcome] = []
        self._source = source
        self._free = deque(slots)
        self._launcher = launcher
        self._observer = observer
        self._rules = rules
        self._stop = stop
        self._warm = False
        self._asked = False
        self._stop_deadline: float | None = None
        self._last_tick = 0.0
        self._running: dict[int, TrackedTrial] = {}
        self._deliveries: deque[Callable[[], None]] = deque()

    def step(self) -> bool:
        """Do what can be done now, waiting at most ``poll_s`` for it; whether anything is left to do."""
        if not (self._warm or self._stop.requested or self._source.exhausted):
            self._warm = self._launcher.ready(self._rules.poll_s)
            self._tick()
            return True
        self._obey_stop()
        # a freed slot goes before the news: delivering takes longer than starting
        idle_s = 0 if self._deliveries or not self._asked else self._rules.poll_s
        for sentinel in self._exited(idle_s):
            self._settle(self._running.pop(sentinel))
        self._fill()
        if self._deliveries:
            self._deliveries.popleft()()
        else:
            self._look()
        self._tick()
        return bool(self._running or self._deliveries) or not self._over()

    def abandon(self) -> None:
        """Stop what still runs, in the grace time if nobody is in a hurry."""
        for trial in self._running.values():
            trial.stop()
        deadline = time.monotonic() + self._rules.grace_s
        while self._running:
            if self._stop.immediate or time.monotonic() >= deadline:
                self._kill_all()
            for sentinel in self._exited(self._rules.poll_s):
                self._reap(self._running.pop(sentinel))

    def _over(self) -> bool:
        """Nothing runs: whether that is the end. A source that holds jobs back then would wait for ever."""
        if self._stop.requested or self._source.exhausted:
            return True
        if self._asked:
            raise RuntimeError("the source has jobs left and hands none out though nothing runs")
        return False

    def _fill(self) -> None:
        """Offer free slots to the source, once after anything changed."""
        if self._asked or self._stop.requested:
            return
        self._asked = True
        for slot in list(self._free):
            while (job := self._next(slot)) is not None:
                if self._begin(job, slot):
                    self._free.remove(slot)
                    break

    def _next(self, slot: Slot) -> Job | None:
        if self._stop.requested:
            return None
        return self._source.take(slot, self._states())

    def _begin(self, job: Job, slot: Slot) -> bool:
        """Start a job, unless what its folder holds settles it; whether it runs."""
        trial = TrackedTrial(job, slot)
        self._deliver(partial(self._observer.started, job, slot))
        self._hear(trial, trial.catch_up())
        if trial.settled:
            self._conclude(trial, 0)
            return False
        self._start(trial)
        return True

    def _start(self, trial: TrackedTrial) -> None:
        process = self._launcher.start(trial.job, trial.slot)
        trial.began(process)
        self._running[process.sentinel] = trial

    def _settle(self, trial: TrackedTrial) -> None:
        """An attempt has ended: try again, or free its slot."""
        code = self._reap(trial)
        self._hear(trial, trial.news())
        again = trial.crashed(code) and trial.attempts <= self._rules.retries
        if again and not self._stop.requested:
            failure = trial.failure(code)
            self._start(trial)
            self._deliver(partial(self._observer.retried, trial.job, failure))
        else:
            self._conclude(trial, code)
            self._free.append(trial.slot)

    def _conclude(self, trial: TrackedTrial, code: int) -> None:
        outcome = trial.outcome(code, self._stop.cause)
        self._asked = False
        if isinstance(outcome.event, Failed) and self._source.returned(outcome):
            event = replace(outcome.event, status=Status.INTERRUPTED)
            self._deliver(partial(self._observer.ended, replace(outcome, event=event)))
            return
        self.outcomes.append(outcome)
        self._source.ended(outcome)
        self._deliver(partial(self._settled, outcome))
        if self._rules.fail_fast and _failed(outcome):
            self._stop.halt(f"the failure of {trial.job.name}")

    def _settled(self, outcome: Outcome) -> None:
        """The result is recorded: jobs that wait for that may start now."""
        self._observer.ended(outcome)
        self._asked = False

    def _reap(self, trial: TrackedTrial) -> int:
        process, trial.process = trial.process, None
        return process.reap() if process is not None else 0

    def _exited(self, timeout_s: float) -> list[int]:
        return [ready for ready in wait(self._running, timeout_s) if isinstance(ready, int)]

    def _look(self) -> None:
        """Collect what running trials wrote; end those that linger after their result, or give no sign of life."""
        for trial in self._running.values():
            self._hear(trial, trial.news())
            settled = trial.settled_at
            if settled is not None:
                if time.monotonic() - settled > self._rules.grace_s:
                    trial.kill()
            elif self._rules.stall_s is not None and trial.pulse.silent_s() > self._rules.stall_s:
                trial.judge(Status.FAILED, f"no sign of life for {self._rules.stall_s:.0f} s")
                trial.kill()

    def _hear(self, trial: TrackedTrial, news: Iterable[News]) -> None:
        """Pass on what a trial wrote, up to the epoch at which it is pruned."""
        for event in news:
            if trial.judged:
                return
            self._deliver(partial(self._observer.event, trial.job, event))
            if isinstance(event, EpochMetrics):
                reason = self._source.heard(trial.job, event)
                if reason is not None:
                    trial.judge(Status.PRUNED, reason)
                    trial.terminate()

    def _obey_stop(self) -> None:
        if not self._stop.requested:
            return
        if self._stop_deadline is None:
            self._stop_deadline = time.monotonic() + self._rules.grace_s
            for trial in self._running.values():
                self._hear(trial, trial.news())
                trial.stop()
        if self._stop.immediate or time.monotonic() >= self._stop_deadline:
            self._kill_all()

    def _kill_all(self) -> None:
        for trial in self._running.values():
            trial.kill()

    def _tick(self) -> None:
        if time.monotonic() - self._last_tick >= self._rules.poll_s:
            self._observer.tick(self._states())
            self._last_tick = time.monotonic()

    def _states(self) -> list[Running]:
        return [_state(trial) for trial in self._running.values()]

    def _deliver(self, delivery: Callable[[], None]) -> None:
        self._deliveries.append(delivery)


def _state(trial: TrackedTrial) -> Running:
    return Running(trial.job, trial.slot, trial.attempts, trial.elapsed_s)


def _failed(outcome: Outcome) -> bool:
    return isinstance(outcome.event, Failed) and outcome.event.status in (
        Status.FAILED,
        Status.DIVERGED,
    )
