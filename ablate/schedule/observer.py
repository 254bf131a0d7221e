"""Who is told what happens to jobs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ablate.results import Failed
from ablate.schedule.job import Job, Outcome, Slot
from ablate.schedule.tracking import News


@dataclass(frozen=True, slots=True)
class Running:
    """A trial that runs now, ``elapsed_s`` after its first attempt began."""

    job: Job
    slot: Slot
    attempt: int
    elapsed_s: float


class Observer(Protocol):
    """Told what happens, in order for each job: started, events and retries, ended.

    It hears of things when there is time, after a freed slot was filled again. An error that it raises stops every
    trial and ends the run.
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
