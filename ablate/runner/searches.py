"""What the records hold of a study's searches."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from statistics import mean
from typing import Any

from ablate.plan.search.types import Budget, SearchPlan, SearchResult
from ablate.record.curves import Curve
from ablate.record.keys import SEARCH
from ablate.record.records import Records
from ablate.results import ResultSet, SearchPoint, Status, TrialResult
from ablate.spec.options import freeze

_ORDER = (Status.FAILED, Status.DIVERGED, Status.PRUNED, Status.RUNNING, Status.INTERRUPTED)


@dataclass(frozen=True, slots=True)
class Mark:
    """What a search says of a trial that it proposed: its point, and the place of its seed among the point's.

    ``ended`` says why the point got no further seeds, where it was pruned after this one.
    """

    number: int
    params: Mapping[str, Any]
    place: int
    ended: str = ""

    def tag(self, key: str) -> dict[str, str]:
        """The mark as a tag of the trial's run."""
        return {f"{SEARCH}{key}.{self.number}": json.dumps(asdict(self), sort_keys=True)}


def read_mark(text: str) -> Mark:
    """The mark that a tag holds.

    >>> read_mark('{"number": 3, "params": {"model.channels": [6, 12]}, "place": 0}')
    Mark(number=3, params={'model.channels': (6, 12)}, place=0, ended='')
    """
    return Mark(**freeze(json.loads(text)))


def read_searches(
    plans: Iterable[SearchPlan], recorded: ResultSet, records: Records
) -> dict[str, SearchResult]:
    """Key to result of each search: every point that is recorded, by number.

    Raises:
        RecordError: the records cannot be read.
    """
    return {plan.key: _search(plan, recorded, records) for plan in plans}


def recorded_ends(recorded: ResultSet) -> dict[str, TrialResult]:
    """Identity to result of the trials that have ended, whatever they were run for."""
    return {trial.identity: trial for trial in recorded if trial.status.settled}


def is_spent(budget: Budget, points: Sequence[SearchPoint]) -> bool:
    """Whether no further point may be proposed."""
    if budget.trials is not None and len(points) >= budget.trials:
        return True
    used = sum(point.duration_s for point in points)
    return budget.seconds is not None and used >= budget.seconds


def found_of(results: Mapping[str, SearchResult]) -> dict[str, Mapping[str, Any]]:
    """Key to the best parameters of every search that has ended."""
    return {
        key: result.best.params
        for key, result in results.items()
        if result.finished and result.best is not None
    }


def _search(plan: SearchPlan, recorded: ResultSet, records: Records) -> SearchResult:
    marked: dict[int, list[tuple[Mark, TrialResult]]] = {}
    for trial in recorded:
        for mark in _marks(plan, trial):
            marked.setdefault(mark.number, []).append((mark, trial))
    if not marked:
        return SearchResult(plan, (), finished=False)
    runs = [trial.run_id for trials in marked.values() for _, trial in trials]
    curves = records.curves(runs, plan.objective)
    durations = records.durations(runs)
    points = [_point(plan, marked[number], curves, durations) for number in sorted(marked)]
    ended = all(point.status.settled for point in points)
    return SearchResult(plan, tuple(points), finished=ended and is_spent(plan.budget, points))


def _marks(plan: SearchPlan, trial: TrialResult) -> list[Mark]:
    """The points of a search that the trial belongs to: a search may propose the same parameters again."""
    return [
        read_mark(text)
        for proposal, text in trial.searches.items()
        if proposal.startswith(f"{plan.key}.")
    ]


def _point(
    plan: SearchPlan,
    marked: list[tuple[Mark, TrialResult]],
    curves: Mapping[str, Curve],
    durations: Mapping[str, float],
) -> SearchPoint:
    marked = sorted(marked, key=lambda item: item[0].place)
    trials = [trial for _, trial in marked]
    mark, first = marked[0]
    curve = curves.get(first.run_id, ()) if mark.place == 0 else ()
    duration_s = sum(_duration(trial, durations) for trial in trials)
    point = point_of(plan, mark.number, mark.params, trials, curve, duration_s)
    ended = marked[-1][0].ended
    if ended and point.status is Status.INTERRUPTED:
        known = [trial.metrics.get(plan.objective) for trial in trials]
        value = mean(item for item in known if item is not None)
        return replace(point, status=Status.PRUNED, value=value, reason=ended)
    return point


def point_of(
    plan: SearchPlan,
    number: int,
    params: Mapping[str, Any],
    trials: Sequence[TrialResult],
    curve: Curve = (),
    duration_s: float = 0.0,
) -> SearchPoint:
    """A point as its trials make it: finished with the mean objective when every seed is, else as the worst of them."""
    status, reason = _status(plan, trials)
    values = [trial.metrics.get(plan.objective) for trial in trials]
    known = [value for value in values if value is not None]
    if status is Status.FINISHED and len(known) < len(values):
        status, reason = Status.FAILED, f"finished without {plan.objective}"
    value = mean(known) if status is Status.FINISHED else None
    run_ids = tuple(trial.run_id for trial in trials)
    return SearchPoint(number, params, status, value, curve, reason, duration_s, run_ids)


def _status(plan: SearchPlan, trials: Sequence[TrialResult]) -> tuple[Status, str]:
    for status in _ORDER:
        for trial in trials:
            if trial.status is status:
                return status, trial.reason
    if len(trials) < len(plan.seeds):
        return Status.INTERRUPTED, ""
    return Status.FINISHED, ""


def _duration(trial: TrialResult, durations: Mapping[str, float]) -> float:
    return trial.measured.get("duration_s", durations.get(trial.run_id, 0.0))
