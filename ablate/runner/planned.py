"""The planned trials that have not started, in their order; some wait for the trial that they start from."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from ablate.plan.types import Trial
from ablate.runner.study import Study


class PlannedTrials:
    """A queue from which a trial is taken once the stage that it starts from is recorded.

    A stage is awaited from when it is added until :meth:`recorded` tells that its weights lie in the store, or until
    it is given up with all that starts from it.
    """

    def __init__(self, study: Study) -> None:
        self._study = study
        self._queue: list[Trial] = []
        self._awaited: set[str] = set()

    def __iter__(self) -> Iterator[Trial]:
        return iter(self._queue)

    def __bool__(self) -> bool:
        return bool(self._queue)

    @property
    def awaits_stages(self) -> bool:
        """Whether a stage has still to end."""
        return bool(self._awaited)

    def awaits(self, identity: str) -> bool:
        """Whether a stage's trial has still to end."""
        return identity in self._awaited

    def add(self, trials: Iterable[Trial]) -> None:
        """Put trials at the end."""
        awaited = self._study.plan.upstream_conditions
        for trial in trials:
            self._queue.append(trial)
            if trial.condition in awaited:
                self._awaited.add(self._study.identities[trial])

    def take(self) -> Trial | None:
        """The first trial that waits for none; ``None`` if there is no such trial now."""
        for index, trial in enumerate(self._queue):
            if self.upstream(trial) not in self._awaited:
                return self._queue.pop(index)
        return None

    def upstream(self, trial: Trial) -> str | None:
        """The identity of the trial that a trial of the plan starts from."""
        start = self._study.plan.upstream(trial)
        return self._study.identity_at[start] if start is not None else None

    def recorded(self, identity: str) -> None:
        """A trial's result and its weights lie in the store."""
        self._awaited.discard(identity)

    def give_up(self, identity: str) -> tuple[Trial, ...]:
        """Forget a trial that brought no weights; all that starts from it, directly or not, is taken out."""
        self._awaited.discard(identity)
        lost = [trial for trial in self._queue if self.upstream(trial) == identity]
        for trial in lost:
            self._queue.remove(trial)
        further = (self.give_up(self._study.identities[trial]) for trial in lost)
        return (*lost, *itertools.chain.from_iterable(further))
