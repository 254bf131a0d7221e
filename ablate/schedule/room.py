"""Trials that share a GPU: as many as fit into its memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ablate.results import EpochMetrics, Failed
from ablate.schedule.job import Job, Outcome, Slot
from ablate.schedule.observer import Running
from ablate.schedule.source import Source

#: The share of a GPU's free memory that trials may plan with.
SHARE = 0.9
#: What a process needs of a GPU beyond its tensors, in bytes.
CONTEXT_BYTES = 600 << 20
OUT_OF_MEMORY = "out of memory"


class Needs(Protocol):
    """Knows how much memory jobs take."""

    def need_bytes(self, job: Job) -> int | None:
        """The peak of earlier trials like this one, ``None`` if there was none."""

    def learn(self, outcome: Outcome) -> None:
        """Take up what a trial took."""


@dataclass(slots=True)
class Room:
    """A source that hands a job to a shared GPU only where it fits beside the trials that run there.

    A job whose need is unknown runs alone on its GPU, and so does one that ran out of memory beside others: that
    is no failure of the trial, which is handed out again.

    Args:
        source: where the jobs come from, in their order; one that does not fit makes those behind it wait.
        needs: what is known of the jobs.
        free_bytes: each GPU's memory by its ``CUDA_VISIBLE_DEVICES`` entry; empty where every slot may be used.
    """

    source: Source
    needs: Needs
    free_bytes: Mapping[str, int]
    _waiting: list[Job] = field(default_factory=list)
    _alone: set[str] = field(default_factory=set)

    def take(self, slot: Slot, running: Sequence[Running]) -> Job | None:
        """The next job, if it fits on the slot's GPU now."""
        if not self._waiting:
            job = self.source.take(slot, running)
            if job is None:
                return None
            self._waiting.append(job)
        if not self._fits(self._waiting[0], slot, running):
            return None
        return self._waiting.pop(0)

    @property
    def exhausted(self) -> bool:
        """Whether nothing waits and nothing will come."""
        return not self._waiting and self.source.exhausted

    def heard(self, job: Job, event: EpochMetrics) -> str | None:
        """As the source says."""
        return self.source.heard(job, event)

    def returned(self, outcome: Outcome) -> bool:
        """Take back a trial that ran out of memory on a GPU that others may have used too."""
        job, event = outcome.job, outcome.event
        crowded = outcome.slot.sharing > 1 and job.identity not in self._alone
        if crowded and isinstance(event, Failed) and OUT_OF_MEMORY in event.reason:
            self._alone.add(job.identity)
            self._waiting.append(job)
            return True
        return self.source.returned(outcome)

    def ended(self, outcome: Outcome) -> None:
        """As the source does; the next trial like this one has a known size."""
        self.needs.learn(outcome)
        self.source.ended(outcome)

    def _fits(self, job: Job, slot: Slot, running: Sequence[Running]) -> bool:
        if slot.sharing == 1:
            return True
        beside = [other.job for other in running if other.slot.visible == slot.visible]
        if not beside:
            return True
        if any(other.identity in self._alone for other in (job, *beside)):
            return False
        if slot.visible not in self.free_bytes:
            return True
        needs = [self.needs.need_bytes(other) for other in (job, *beside)]
        if any(need is None for need in needs):
            return False
        planned = sum(need + CONTEXT_BYTES for need in needs if need is not None)
        return planned <= SHARE * self.free_bytes[slot.visible]
