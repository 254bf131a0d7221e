from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ablate.plan.search.types import SearchPlan, SearchResult
from ablate.results import Failed, Finished, SearchPoint, Status, TrialResult
from ablate.runner.search_run import Proposal, SearchRun
from ablate.runner.searches import Mark, found_of, is_spent, point_of, read_mark
from ablate.schedule.search_ledger import SearchLedger

from .conftest import StudyOf

SEARCH = """\
  tuned:
    design: search
    sampler: {name: random, seed: 3}
    PRUNER
    budget: {trials: 4}
    seeds: SEEDS
    space:
      optimizer.lr: {low: 1e-4, high: 1e-1, log: true}
      model.channels: [[8, 16], [16, 32]]
"""


def search_plan(study_of: StudyOf, pruner: str = "", seeds: int = 1) -> SearchPlan:
    text = SEARCH.replace("PRUNER", pruner or "description: ''").replace("SEEDS", str(seeds))
    (plan,) = study_of(text, "seeds=4").plan.searches
    return plan


def start(plan: SearchPlan, folder: Path, *points: SearchPoint) -> SearchRun:
    return SearchRun(SearchResult(plan, points, False), SearchLedger(folder / "j", "s", plan))


def end(run: SearchRun, proposal: Proposal, value: float) -> Mark | None:
    metrics = {run.plan.objective: value}
    return run.ended(proposal.mark, Finished(1, metrics, {}, {}, ()), 2.0)


def test_points_are_proposed_until_the_budget_is_spent(study_of: StudyOf, tmp_path: Path) -> None:
    run = start(search_plan(study_of), tmp_path)
    for number in range(4):
        proposal = run.next()
        assert proposal.mark.number == number
        assert proposal.condition is not None
        assert proposal.condition.changes == dict(proposal.mark.params)
        assert not run.finished
        end(run, proposal, 0.1 * number)
    assert run.finished
    assert not run.wants
    best = run.result.best
    assert best is not None
    assert (best.number, best.value) == (3, pytest.approx(0.3))
    assert found_of({"key": run.result}) == {"key": best.params}


def test_the_seeds_of_a_point_follow_each_other(study_of: StudyOf, tmp_path: Path) -> None:
    run = start(search_plan(study_of, seeds=3), tmp_path)
    for place, value in enumerate((0.2, 0.4, 0.9)):
        proposal = run.next()
        assert (proposal.mark.number, proposal.mark.place, proposal.seed) == (0, place, place)
        end(run, proposal, value)
    assert run.result.points[0].value == pytest.approx(0.5)
    assert run.next().mark.number == 1


def test_a_failure_ends_the_point_and_an_interruption_does_not(
    study_of: StudyOf, tmp_path: Path
) -> None:
    run = start(search_plan(study_of, seeds=2), tmp_path)
    first, second = run.next(), run.next()
    run.ended(first.mark, Failed(1, Status.DIVERGED, "loss is NaN"), 1.0)
    run.ended(second.mark, Failed(1, Status.INTERRUPTED, "stopped by SIGINT"), 1.0)
    assert [point.status for point in run.result.points] == [Status.DIVERGED, Status.RUNNING]
    assert run.result.points[0].reason == "loss is NaN"
    assert run.running == 1


def test_a_result_without_the_objective_is_a_failure(study_of: StudyOf, tmp_path: Path) -> None:
    run = start(search_plan(study_of), tmp_path)
    run.ended(run.next().mark, Finished(1, {"test/accuracy": 1.0}, {}, {}, ()), 1.0)
    (point,) = run.result.points
    assert (point.status, point.reason) == (Status.FAILED, "finished without val/accuracy")


def test_an_interrupted_point_is_the_first_to_run_again(study_of: StudyOf, tmp_path: Path) -> None:
    plan = search_plan(study_of)
    run = start(plan, tmp_path)
    proposals = [run.next(), run.next()]
    end(run, proposals[1], 0.5)
    again = start(plan, tmp_path, *run.result.points)
    assert again.next() == proposals[0]
    assert again.result.points[1] == run.result.points[1]


def test_no_epoch_counts_after_the_one_that_was_judged(study_of: StudyOf, tmp_path: Path) -> None:
    plan = search_plan(study_of, "pruner: {name: median, startup_trials: 1}")
    run = start(plan, tmp_path)
    good, bad = run.next(), run.next()
    for epoch in (1, 2, 3, 4):
        assert run.heard(good.mark, epoch, 0.9) is None
    end(run, good, 0.9)
    assert run.heard(bad.mark, 1, 0.1) == "pruned by median after epoch 1 of 4"
    assert run.heard(bad.mark, 2, 0.1) is None
    run.ended(bad.mark, Failed(1, Status.PRUNED, "pruned by median after epoch 1 of 4"), 1.0)
    assert run.result.points[1].curve == ((1, 0.1),)


def test_a_point_that_loses_to_the_best_gets_no_further_seeds(
    study_of: StudyOf, tmp_path: Path
) -> None:
    run = start(search_plan(study_of, "pruner: {name: wilcoxon, p: 0.3}", seeds=4), tmp_path)
    for _ in range(4):
        assert end(run, run.next(), 0.9) is None
    marks: list[Mark | None] = []
    while not marks or marks[-1] is None:
        proposal = run.next()
        assert proposal.mark.number == 1, "every seed ran"
        marks.append(end(run, proposal, 0.1))
    last = marks[-1]
    assert last is not None
    assert last.ended == f"pruned by wilcoxon after seed {len(marks)} of 4"
    assert run.result.points[1].status is Status.PRUNED


@settings(max_examples=50)
@given(
    st.integers(0, 10**6),
    st.dictionaries(st.text(min_size=1), st.none() | st.booleans() | st.floats(allow_nan=False)),
    st.integers(0, 9),
    st.text(),
)
def test_a_mark_survives_its_tag(
    number: int, params: dict[str, object], place: int, ended: str
) -> None:
    mark = Mark(number, params, place, ended)
    assert read_mark(mark.tag("k")[f"ablate.search/k.{mark.number}"]) == mark


def test_a_time_budget_counts_training(study_of: StudyOf) -> None:
    plan = search_plan(study_of)
    points = [SearchPoint(0, {}, Status.FINISHED, duration_s=40.0)] * 3
    budget = type(plan.budget)
    assert is_spent(budget(seconds=120.0), points)
    assert not is_spent(budget(seconds=121.0), points)
    assert is_spent(budget(trials=3, seconds=900.0), points)


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ([Status.FINISHED, Status.FINISHED], Status.FINISHED),
        ([Status.FINISHED, Status.FAILED], Status.FAILED),
        ([Status.FINISHED, Status.RUNNING], Status.RUNNING),
        ([Status.FINISHED], Status.INTERRUPTED),
        ([Status.PRUNED], Status.PRUNED),
    ],
)
def test_a_point_is_what_its_trials_are(
    study_of: StudyOf, statuses: list[Status], expected: Status
) -> None:
    plan = search_plan(study_of, seeds=2)
    trials = [
        TrialResult(f"{seed}", "c", seed, status, metrics={plan.objective: float(seed)})
        for seed, status in enumerate(statuses)
    ]
    point = point_of(plan, 0, {}, trials)
    assert point.status is expected
    assert point.value == (0.5 if expected is Status.FINISHED else None)
