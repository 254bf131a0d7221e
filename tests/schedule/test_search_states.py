"""A search under any history of asking, reporting, ending and being killed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from ablate.plan.search.space import is_active, takes
from ablate.results import SearchPoint, Status
from ablate.schedule.search import Search
from tests.schedule.search_cases import EPOCHS, PRUNERS, SPACE, make_plan, rebuilt, state

VALUES = st.sampled_from([0.0, 0.1, 0.2, 0.5, 0.9, float("nan")])
SAMPLERS = ("tpe", "univariate", "random", "sobol", "cmaes")


class SearchStates(RuleBasedStateMachine):
    """``points`` is what a recorder holds: the living search must never differ from one rebuilt from it."""

    @initialize(sampler=st.sampled_from(SAMPLERS), pruner=st.sampled_from(list(PRUNERS)))
    def begin(self, sampler: str, pruner: str) -> None:
        self.sampler = sampler
        self.plan = make_plan(sampler, PRUNERS[pruner])
        self.search = Search(self.plan)
        self.points: dict[int, SearchPoint] = {}
        self.behind: set[int] = set()
        self.settled: dict[int, tuple[Any, ...]] = {}
        self.one_at_a_time = True

    @property
    def open(self) -> list[int]:
        return [number for number, point in self.points.items() if not point.status.settled]

    @precondition(lambda self: len(self.open) < 3)
    @rule()
    def ask(self) -> None:
        self.one_at_a_time &= not self.open
        number, params = self.search.ask()
        assert number == len(self.points)
        self.points[number] = SearchPoint(number, params, Status.RUNNING)

    @precondition(lambda self: not self.open)
    @rule(values=st.lists(VALUES, min_size=1, max_size=6))
    def run_some(self, values: list[float]) -> None:
        for value in values:
            self.ask()
            self._report(self.open[0], value)
            self._settle(self.open[0], Status.FINISHED, value)

    @precondition(lambda self: self.open)
    @rule(data=st.data(), value=VALUES)
    def report(self, data: st.DataObject, value: float) -> None:
        number = data.draw(st.sampled_from(self.open))
        if len(self.points[number].curve) < EPOCHS and number not in self.behind:
            self._report(number, value)

    @precondition(lambda self: self.open)
    @rule(data=st.data(), value=VALUES)
    def finish(self, data: st.DataObject, value: float) -> None:
        number = data.draw(st.sampled_from(self.open))
        if number in self.behind:
            self._settle(number, Status.PRUNED, None)
        else:
            self._settle(number, Status.FINISHED, value)

    @precondition(lambda self: self.open)
    @rule(data=st.data(), status=st.sampled_from([Status.FAILED, Status.DIVERGED]))
    def fail(self, data: st.DataObject, status: Status) -> None:
        self._settle(data.draw(st.sampled_from(self.open)), status, None)

    @precondition(lambda self: self.open)
    @rule(data=st.data())
    def interrupt(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(self.open))
        self.search.tell(number, None, Status.INTERRUPTED)
        self.points[number] = replace(self.points[number], status=Status.INTERRUPTED)

    @rule(unrecorded=st.booleans())
    def crash_and_replay(self, unrecorded: bool) -> None:
        points = tuple(self.points.values())
        again = rebuilt(self.plan, points)
        assert state(again) == state(self.search)
        if self.one_at_a_time:
            assert {n for n in self.open if again.should_prune(n)} == self.behind & {*self.open}
        self.behind = {number for number in self.open if again.should_prune(number)}
        if self.one_at_a_time or self.sampler != "cmaes":
            asked = self.search.ask()  # the killed search is its own undisturbed twin
            assert rebuilt(self.plan, points).ask() == asked
            if unrecorded:
                assert again.ask() == asked
                again = rebuilt(self.plan, points)
        self.search = again

    @invariant()
    def params_lie_in_the_space(self) -> None:
        for point in self.points.values():
            active = [dimension for dimension in SPACE if is_active(dimension, point.params)]
            assert list(point.params) == [dimension.field for dimension in active]
            assert all(takes(dimension, point.params[dimension.field]) for dimension in active)

    @invariant()
    def settled_points_never_change(self) -> None:
        held = state(self.search)
        assert [item[0] for item in held] == list(range(len(self.points)))
        for number, before in self.settled.items():
            assert held[number] == before

    def _report(self, number: int, value: float) -> None:
        point = self.points[number]
        epoch = len(point.curve) + 1
        if self.search.report(number, epoch, value):
            self.behind.add(number)
        self.points[number] = replace(point, curve=(*point.curve, (epoch, value)))

    def _settle(self, number: int, status: Status, value: float | None) -> None:
        self.search.tell(number, value, status)
        self.points[number] = replace(self.points[number], status=status, value=value)
        self.settled[number] = state(self.search)[number]


TestSearchStates = SearchStates.TestCase
TestSearchStates.settings = settings(max_examples=15, stateful_step_count=30, deadline=None)
