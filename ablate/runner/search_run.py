"""One search while its study runs: which trial comes next, and what its result means for the search."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from statistics import mean
from typing import Any

from ablate.errors import AblateError
from ablate.plan.search.types import SearchPlan, SearchResult
from ablate.plan.types import Condition
from ablate.record.curves import Curve
from ablate.results import Failed, Finished, SearchPoint, Status
from ablate.runner.searches import Mark, is_spent
from ablate.schedule.search import Search
from ablate.schedule.search_ledger import SearchLedger


@dataclass(frozen=True, slots=True)
class Proposal:
    """A trial that a search wants: a condition and a seed, and the mark that its run gets.

    ``condition`` is ``None`` where the parameters make no valid configuration: ``reason`` says why.
    """

    search: str
    mark: Mark
    seed: int
    condition: Condition | None
    reason: str = ""


@dataclass(slots=True)
class _Open:
    """A point whose seeds are not all done: the values of those that are."""

    params: Mapping[str, Any]
    values: list[float] = field(default_factory=list)
    curve: dict[int, float] = field(default_factory=dict)
    seconds: float = 0.0
    judged: bool = False


class SearchRun:
    """Proposes trials until the budget is spent; a point's seeds run one after the other."""

    def __init__(self, result: SearchResult, ledger: SearchLedger) -> None:
        self.plan: SearchPlan = result.plan
        self._ledger = ledger
        self._ledger.rebuild(result.points)
        self._search = Search(result.plan)
        self._search.replay(result.points)
        self._points = {point.number: point for point in result.points}
        self._open: dict[int, _Open] = {}
        self._next: deque[Proposal] = deque()
        for point in result.points:
            if not point.status.settled:
                self._begin(point.number, point.params)

    @property
    def result(self) -> SearchResult:
        """The points so far."""
        points = tuple(self._points[number] for number in sorted(self._points))
        return SearchResult(self.plan, points, self.finished)

    @property
    def finished(self) -> bool:
        """Whether the budget is spent and every point has ended."""
        return not self._open and is_spent(self.plan.budget, list(self._points.values()))

    @property
    def wants(self) -> bool:
        """Whether :meth:`next` has a proposal now."""
        return bool(self._next) or not is_spent(self.plan.budget, list(self._points.values()))

    @property
    def to_come(self) -> int:
        """Points that the budget still allows, where it counts them."""
        trials = self.plan.budget.trials
        return 0 if trials is None or not self.wants else max(0, trials - len(self._points))

    @property
    def running(self) -> int:
        """The number of points that are being tried."""
        return len(self._open)

    def next(self) -> Proposal:
        """The next trial: a further seed of an open point, else a new point."""
        if not self._next:
            number, params = self._search.ask()
            self._points[number] = SearchPoint(number, params, Status.RUNNING)
            self._begin(number, params)
        return self._next.popleft()

    def heard(self, mark: Mark, epoch: int, value: float) -> str | None:
        """A trial ended an epoch; why it shall end there, if it shall."""
        point = self._open.get(mark.number)
        if point is None or mark.place != 0 or epoch in point.curve:
            return None
        if point.judged:
            return (
                None  # a row of a table runs on, but nothing of it counts for the search any more
            )
        point.curve[epoch] = value
        self._ledger.report(mark.number, epoch, value)
        if self._over_seeds or not self._search.report(mark.number, epoch, value):
            return None
        point.judged = True
        return f"pruned by {self._pruner} after epoch {epoch} of {self.plan.epochs}"

    def learn(self, mark: Mark, curve: Curve) -> None:
        """Take up the epochs of a trial that ran for something else."""
        for epoch, value in curve:
            self.heard(mark, epoch, value)

    def ended(self, mark: Mark, event: Finished | Failed, duration_s: float) -> Mark | None:
        """A trial ended; gives the mark to note instead of its first one if that ends the point early."""
        point = self._open[mark.number]
        point.seconds += duration_s
        if isinstance(event, Failed):
            if event.status is not Status.INTERRUPTED:
                self._close(mark.number, event.status, None, event.reason)
            return None
        value = event.final.get(self.plan.objective)
        if value is None:
            reason = f"finished without {self.plan.objective}"
            self._close(mark.number, Status.FAILED, None, reason)
            return None
        point.values.append(value)
        return self._seed_done(mark, point)

    def _seed_done(self, mark: Mark, point: _Open) -> Mark | None:
        count, planned = len(point.values), len(self.plan.seeds)
        pruned = self._over_seeds and self._search.report(mark.number, mark.place, point.values[-1])
        if count == planned:
            self._close(mark.number, Status.FINISHED, mean(point.values))
        elif pruned:
            reason = f"pruned by {self._pruner} after seed {count} of {planned}"
            self._close(mark.number, Status.PRUNED, mean(point.values), reason)
            return replace(mark, ended=reason)
        else:
            self._propose(mark.number, point.params, mark.place + 1)
        return None

    def _close(self, number: int, status: Status, value: float | None, reason: str = "") -> None:
        point = self._open.pop(number)
        self._search.tell(number, value, status)
        self._ledger.tell(number, value, status)
        curve = tuple(sorted(point.curve.items()))
        self._points[number] = SearchPoint(
            number, point.params, status, value, curve, reason, point.seconds
        )

    def _begin(self, number: int, params: Mapping[str, Any]) -> None:
        self._open[number] = _Open(params)
        self._ledger.ask(number, f"{self.plan.name} #{number}", params, {})
        self._propose(number, params, 0)

    def _propose(self, number: int, params: Mapping[str, Any], place: int) -> None:
        mark, seed = Mark(number, params, place), self.plan.seeds[place]
        try:
            condition = self.plan.condition(number, params)
        except AblateError as error:
            reason = " ".join(str(error).split())
            self._next.append(Proposal(self.plan.key, mark, seed, None, reason))
        else:
            self._next.append(Proposal(self.plan.key, mark, seed, condition))

    @property
    def _pruner(self) -> str:
        return str(getattr(self.plan.pruner, "name", ""))

    @property
    def _over_seeds(self) -> bool:
        return getattr(self.plan.pruner, "judges", "epochs") == "seeds"
