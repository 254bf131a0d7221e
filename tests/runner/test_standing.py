from __future__ import annotations

from dataclasses import replace

from ablate.plan.search.types import SearchResult
from ablate.results import ResultSet, Status
from ablate.runner.standing import standing
from tests.report.search_cases import Named, search_plan
from tests.report.studies import RowDraft, finished, make_plan, unfinished

ROWS = [RowDraft("a", {}, None), RowDraft("b", {"model.dropout": 0.5}, "a")]
BOTH = (*(finished("a", seed, 0.8) for seed in range(3)),)


def pruning(plan):
    (ablation,) = plan.ablations
    return replace(plan, ablations=(replace(ablation, pruner=Named(name="median")),))


def test_what_was_not_started_is_missing():
    now = standing(make_plan(ROWS), ResultSet("s", (finished("a", 0, 0.8),)), {})
    assert now.text == "basenet: 6 trials: 1 finished, 5 not started"
    assert not now.complete


def test_the_other_seeds_of_a_pruned_row_are_not_missing():
    ended = unfinished("b", 0, Status.PRUNED, "pruned after epoch 3 of 20")
    now = standing(pruning(make_plan(ROWS)), ResultSet("s", (*BOTH, ended)), {})
    assert now.text == "basenet: 6 trials: 3 finished, 1 pruned, 2 not run (their row was pruned)"
    assert now.complete


def test_a_trial_that_was_pruned_for_something_else_still_has_to_run():
    ended = unfinished("b", 0, Status.PRUNED)
    now = standing(make_plan(ROWS), ResultSet("s", (*BOTH, ended)), {})
    assert now.text == "basenet: 6 trials: 3 finished, 3 not started"


def test_a_study_is_not_complete_before_its_searches_and_the_rows_that_wait():
    plan = make_plan(ROWS[:1])
    search = search_plan()
    ended = {search.key: SearchResult(search, (), finished=True)}
    assert standing(plan, ResultSet("s", BOTH), ended).complete
    going_on = {search.key: SearchResult(search, (), finished=False)}
    assert not standing(plan, ResultSet("s", BOTH), going_on).complete
    waiting = replace(plan, ablations=(replace(plan.ablations[0], waiting=("best found",)),))
    now = standing(waiting, ResultSet("s", BOTH), ended)
    assert not now.complete
    assert now.text.endswith("3 finished, 1 row waits for a search")


def test_failed_trials_are_settled_and_running_ones_are_not():
    others = (unfinished("b", 0, Status.FAILED), unfinished("b", 1, Status.RUNNING))
    now = standing(make_plan(ROWS), ResultSet("s", (*BOTH, *others)), {})
    assert now.text == "basenet: 6 trials: 1 running, 3 finished, 1 failed, 1 not started"
    assert now.settled == 4
