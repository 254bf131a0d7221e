"""Where jobs come from: a fixed list, or something that decides as results come in."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from typing import Protocol

from ablate.results import EpochMetrics
from ablate.schedule.job import Job, Outcome, Slot
from ablate.schedule.observer import Running


class Source(Protocol):
    """Hands out jobs, and is told at once what becomes of them."""

    def take(self, slot: Slot, running: Sequence[Running]) -> Job | None:
        """The next job for a free slot; ``None`` if there is none, or none yet."""

    @property
    def exhausted(self) -> bool:
        """Whether no further job will come, whatever the running ones bring."""

    def heard(self, job: Job, event: EpochMetrics) -> str | None:
        """A running trial ended an epoch; a text ends the trial there: why it was pruned."""

    def returned(self, outcome: Outcome) -> bool:
        """Whether a failed job is taken back, to be handed out again; it then counts as interrupted."""

    def ended(self, outcome: Outcome) -> None:
        """A job ended for good."""


class Queue:
    """Jobs one after the other.

    >>> from pathlib import Path
    >>> queue = Queue([Job("1", "a", Path("a"))])
    >>> queue.take(Slot(0), ()).name, queue.exhausted
    ('a', True)
    """

    def __init__(self, jobs: Iterable[Job]) -> None:
        self._jobs = deque(jobs)

    def take(self, slot: Slot, running: Sequence[Running]) -> Job | None:
        """The next one."""
        return self._jobs.popleft() if self._jobs else None

    @property
    def exhausted(self) -> bool:
        """Whether all were handed out."""
        return not self._jobs

    def heard(self, job: Job, event: EpochMetrics) -> str | None:
        """Every trial may go on."""
        return None

    def returned(self, outcome: Outcome) -> bool:
        """No failure is taken back."""
        return False

    def ended(self, outcome: Outcome) -> None:
        """Nothing follows from it."""
