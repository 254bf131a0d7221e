"""The Optuna study of a search: a journal that Optuna's own tools read. Disposable; the records are the truth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ablate.plan.search.types import SearchPlan
from ablate.results import SearchPoint, Status
from ablate.schedule.dimensions import SearchSpace
from ablate.schedule.journal import Journal
from ablate.schedule.states import finite, outcome

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial


class SearchLedger:
    """Writes the points of a search into an Optuna study with the search's own distributions.

    A point that is asked for again, after it was interrupted, is another trial of Optuna's; both have the user
    attribute ``point``. One process at a time may write; hold the study's lock.

    Args:
        journal: the file, made if it is missing; it may hold other studies.
        study: the name of the study; Optuna's has the name of the search and the start of its key appended.
        plan: of the search.
    """

    def __init__(self, journal: Path, study: str, plan: SearchPlan) -> None:
        self._space = SearchSpace(plan.space)
        name = f"{study}-{plan.name}-{plan.key[:8]}"
        self._journal = Journal(journal, name, "max" if plan.maximize else "min")
        self._held = self._journal.held("point")
        self._trials: dict[int, int] = {}

    @property
    def study_name(self) -> str:
        """The name of Optuna's study."""
        return self._journal.study_name

    def ask(
        self, number: int, name: str, params: Mapping[str, Any], user_attrs: Mapping[str, Any]
    ) -> None:
        """Record that point ``number`` runs.

        A driver that was killed after it told of a point and before it recorded it left one that is there already; it
        stays as it is, and nothing more is written of it.

        Raises:
            KeyError: a field or choice that the space does not have.
            ValueError: a number outside the range of its field.
        """
        stored = self._space.stored(params)
        if number in self._held:
            return
        attributes = {"point": number, "name": name, **user_attrs}
        self._trials[number] = self._journal.add(stored, self._space.distributions, attributes)

    def report(self, number: int, step: int, value: float) -> None:
        """Record the objective at an epoch of a point that was asked for."""
        if number in self._trials:
            self._journal.report(self._trials[number], step, value)

    def tell(self, number: int, value: float | None, status: Status) -> None:
        """Record how a point ended: complete with a finite value, pruned, and failed in every other case.

        What is not complete has the true status as the user attribute ``status``.
        """
        if number in self._trials:
            self._journal.tell(self._trials.pop(number), value, status)

    def rebuild(self, points: Iterable[SearchPoint]) -> int:
        """Add the finished and pruned points that the study does not hold yet; gives how many there were."""
        missing = [point for point in points if _usable(point) and point.number not in self._held]
        for point in missing:
            self._journal.write(self._trial(point))
        self._held.update(point.number for point in missing)
        return len(missing)

    def _trial(self, point: SearchPoint) -> FrozenTrial:
        from optuna.trial import create_trial

        stored = self._space.stored(point.params)
        curve = dict(point.curve)
        state, value = outcome(point.status, point.value, curve)
        return create_trial(
            state=state,
            value=value,
            params=stored,
            distributions={field: self._space.distributions[field] for field in stored},
            user_attrs={"point": point.number, "runs": list(point.run_ids)},
            intermediate_values=curve,
        )


def _usable(point: SearchPoint) -> bool:
    return point.status is Status.PRUNED or (
        point.status is Status.FINISHED and finite(point.value)
    )
