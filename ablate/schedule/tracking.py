"""A running trial as the driver knows it: its attempts, its events, its result."""

from __future__ import annotations

import time

from ablate.events import EventReader
from ablate.results import EpochMetrics, Failed, Finished, Started, Status
from ablate.schedule import logfile
from ablate.schedule.job import Job, Outcome, Slot
from ablate.schedule.launching import Attempt
from ablate.schedule.pulse import Pulse
from ablate.schedule.verdict import exit_failure, now_ms

News = Started | EpochMetrics


class TrackedTrial:
    """Follows one job through its attempts.

    The truth about an attempt is what it wrote: it finished if it said so, whatever its exit code; it has
    no result otherwise. A failure that an earlier run left in the folder says nothing about this one.
    """

    def __init__(self, job: Job, slot: Slot) -> None:
        self.job = job
        self.slot = slot
        self.attempts = 0
        self.process: Attempt | None = None
        self.settled_at: float | None = None
        self.pulse = Pulse(job)
        self._told_to_stop = False
        self._readable = True
        self._result: Finished | Failed | None = None
        self._verdict: Failed | None = None
        self._reader = EventReader(job.events_file)
        self._started_at = time.monotonic()

    @property
    def elapsed_s(self) -> float:
        """Seconds since the first attempt began."""
        return time.monotonic() - self._started_at

    @property
    def settled(self) -> bool:
        """Whether a result or a final failure is there."""
        return self._result is not None or self._verdict is not None

    @property
    def judged(self) -> bool:
        """Whether the driver has ended the trial, whatever it writes from now on."""
        return self._verdict is not None

    def crashed(self, code: int) -> bool:
        """Whether an attempt that ended with ``code`` broke off, with no result or failure of its own."""
        return not self.settled and code != 0 and exit_failure(code).status is Status.FAILED

    def catch_up(self) -> list[News]:
        """What earlier runs recorded in the folder; a result among it settles the trial."""
        news = self.news()
        if isinstance(self._result, Failed) and self._readable:
            self._result = self.settled_at = None
        return news

    def began(self, process: Attempt) -> None:
        """Note that an attempt runs."""
        self.attempts += 1
        self.process = process
        self.pulse.felt()

    def news(self) -> list[News]:
        """What the trial wrote since the last look, its result apart."""
        news: list[News] = []
        try:
            for event in self._reader.new():
                if isinstance(event, Started | EpochMetrics):
                    news.append(event)
                else:
                    self._settle(event)
        except ValueError as error:
            self._readable = False
            self._settle(Failed(now_ms(), Status.FAILED, f"wrote an unreadable event: {error}"))
        if news:
            self.pulse.felt()
        return news

    def judge(self, status: Status, reason: str) -> None:
        """End the trial by the driver's own decision, which stands above all that the trial says."""
        details = "" if status is Status.PRUNED else logfile.last_lines(self.job.log_file)
        self._verdict = Failed(now_ms(), status, reason, details)
        self.settled_at = time.monotonic()

    def stop(self) -> None:
        """Ask the attempt to stop; a failure from now on is an interruption."""
        self._told_to_stop = True
        self.terminate()

    def terminate(self) -> None:
        """Ask the attempt to end."""
        if self.process is not None:
            self.process.terminate()

    def kill(self) -> None:
        """Kill the attempt and all its descendants."""
        if self.process is not None:
            self.process.kill()

    def failure(self, code: int) -> Failed:
        """Why the attempt that left with ``code`` has no result."""
        if isinstance(self._result, Failed):
            return self._result
        found = exit_failure(code, self.job.folder)
        details = logfile.last_lines(self.job.log_file)
        return Failed(now_ms(), found.status, found.reason, details)

    def outcome(self, code: int, stopped_by: str | None) -> Outcome:
        """How the trial ended.

        Args:
            code: the exit code of its last attempt.
            stopped_by: what stops the run, which makes a trial without a result an interrupted one.
        """
        event = self._verdict or self._result
        if event is None and stopped_by is not None:
            event = Failed(now_ms(), Status.INTERRUPTED, f"stopped by {stopped_by}")
        elif event is None:
            event = self.failure(code)
        return Outcome(self.job, self.slot, event, self.attempts, self.elapsed_s)

    def _settle(self, event: Finished | Failed) -> None:
        if isinstance(self._result, Finished) or (self._told_to_stop and isinstance(event, Failed)):
            return
        self._result = event
        self.settled_at = time.monotonic()
