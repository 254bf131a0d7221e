"""Delivery to a tracking server beside a run: told when the server stops answering, and when it is back."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from ablate.record.delivery import Deliverer, DeliveryState
from ablate.results import EpochMetrics, Failed, Started
from ablate.runner.study import Study
from ablate.schedule.job import Job, Outcome, Slot
from ablate.schedule.observer import Running

#: How long the end of a run waits for a server that answers.
LAST_PASS_S = 60.0
_LOOK_S = 1.0


class Delivering:
    """An observer that watches the delivery; ``tell`` shows a line to the user."""

    def __init__(self, deliverer: Deliverer, tell: Callable[[str], None]) -> None:
        self._deliverer = deliverer
        self._tell = tell
        self._down = False
        self._looked_s = 0.0

    def started(self, job: Job, slot: Slot) -> None:
        """Nothing: the store is what is delivered."""

    def event(self, job: Job, event: Started | EpochMetrics) -> None:
        """Nothing."""

    def retried(self, job: Job, failure: Failed) -> None:
        """Nothing."""

    def ended(self, outcome: Outcome) -> None:
        """Nothing."""

    def tick(self, running: Sequence[Running]) -> None:
        """Look at the delivery now and then."""
        now = time.monotonic()
        if now - self._looked_s >= _LOOK_S:
            self._looked_s = now
            self._show(self._deliverer.state())

    def finish(self) -> int:
        """Wait for the last pass where the server answers; how many runs still wait for it."""
        state = self._deliverer.finish(LAST_PASS_S)
        self._show(state)
        return state.waiting

    def _show(self, state: DeliveryState) -> None:
        if state.error is not None and not self._down:
            self._tell(
                f"warning: {state.error}. Records stay in the store and are delivered when the server is back"
            )
        elif state.error is None and self._down:
            self._tell(f"{self._deliverer.uri} is back")
        self._down = state.error is not None


@contextmanager
def delivering(
    study: Study, uri: str | None, tell: Callable[[str], None]
) -> Iterator[Delivering | None]:
    """Deliver a study's records to the server at ``uri`` while the block runs; not at all without one.

    Raises:
        UsageError: the address is not one of a tracking server.
        RecordError: the delivering process cannot be started.
    """
    if uri is None:
        yield None
        return
    study.store.ensure()
    with Deliverer(study.store, study.plan.study, uri) as deliverer:
        yield Delivering(deliverer, tell)
