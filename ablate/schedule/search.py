"""Proposing the configurations of a search with Optuna, so that a killed search goes on as if it had not been."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

from ablate.plan.search.types import SearchPlan
from ablate.results import SearchPoint, Status
from ablate.schedule.dimensions import SearchSpace
from ablate.schedule.states import finite


class Search:
    """Proposes configurations; its state is a function of the search plan and the points told.

    A search that is rebuilt from the records (:meth:`replay`) proposes and prunes as the one that was killed would
    have, whatever the sampler, as long as points are asked for one at a time. With several points running at once, a
    proposal depends on which points had ended when it was made. TPE, random, quasi-random and Gaussian-process searches
    are then still rebuilt exactly. CMA-ES is rebuilt as if each point had been asked for after those before it had
    ended: the same points, but its distribution may have been updated at another time.

    The Wilcoxon pruner compares seeds, which the points do not hold: after a replay it prunes nothing until a point
    that is reported to it is the best.
    """

    def __init__(self, plan: SearchPlan) -> None:
        from ablate.schedule.memory_study import MemoryStudy
        from ablate.schedule.pruners import build_pruner, over_seeds
        from ablate.schedule.samplers import STATEFUL

        self._plan = plan
        self._space = SearchSpace(plan.space)
        self._trials = MemoryStudy(plan.key, plan.maximize, build_pruner(plan.pruner, plan.epochs))
        self._stateful = isinstance(plan.sampler, STATEFUL)
        self._over_seeds = over_seeds(plan.pruner)
        self._unclaimed: deque[tuple[int, dict[str, Any]]] = deque()

    def replay(self, points: Sequence[SearchPoint]) -> None:
        """Take up what is recorded, before anything is asked.

        Points that are running or interrupted stay open: they are going to be run again under their number. A number
        that is missing was asked for but never recorded; it is proposed again, and asked for next.

        Raises:
            KeyError: a point with a field or choice that the space does not have.
            ValueError: a point with a number outside the range of its field.
        """
        for point in sorted(points, key=lambda point: point.number):
            while len(self._trials) < point.number:
                self._unclaimed.append(self._propose())
            self._recall(point)

    def ask(self) -> tuple[int, dict[str, Any]]:
        """The next number and its params: active dimensions only, values as the study file would hold them."""
        return self._unclaimed.popleft() if self._unclaimed else self._propose()

    def report(self, number: int, step: int, value: float) -> bool:
        """Note the objective at a step of an open point; ``True``: prune it now.

        A step is an epoch (from 1) of the first seed; for the Wilcoxon pruner it is the index of a seed. A step that is
        reported again, by a point that runs again from its beginning, changes nothing.
        """
        return self._trials.report(number, step, value)

    def should_prune(self, number: int) -> bool:
        """Whether an open point was to be pruned when its process was killed: tell it rather than run it again."""
        return self._trials.should_prune(number)

    def tell(self, number: int, value: float | None, status: Status) -> None:
        """Settle a point with what the records say of it; one that was interrupted stays open.

        A point that did not finish with a finite value is not used. One that was pruned counts with its curve, or with
        its value (the mean of the seeds it ran) where the Wilcoxon pruner ended it.
        """
        if not status.settled:
            return
        if self._over_seeds and status is Status.PRUNED:
            status = Status.FINISHED if finite(value) else Status.FAILED
        self._trials.tell(number, value, status)

    def _propose(self, fixed: Mapping[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
        from ablate.schedule.samplers import build_sampler

        study = self._trials.study
        study.sampler = build_sampler(
            self._plan.sampler, self._space, self._plan.key, len(self._trials)
        )
        if fixed is not None:
            study.enqueue_trial(self._space.stored(fixed))
        trial = study.ask()
        _ = trial.relative_params  # stateful samplers note here where they stand
        return trial.number, self._space.suggest(trial)

    def _recall(self, point: SearchPoint) -> None:
        if self._stateful:
            self._propose(point.params)
        else:
            self._trials.add(self._space.stored(point.params), self._space.distributions)
        if not self._over_seeds:
            self._trials.recall(point.number, point.curve, point.status)
        self.tell(point.number, point.value, point.status)
