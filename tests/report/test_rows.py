from __future__ import annotations

import math
from dataclasses import replace

import pytest

from ablate.report.rows import Missing, gather, summarise
from ablate.results import ResultSet, Status

from .studies import RowDraft, finished, make_plan, unfinished, with_seeds

METRIC = "val/accuracy"
PLAN = make_plan([RowDraft("a", {}, None), RowDraft("b", {"model.dropout": 0.5}, "a")])


def rows_of(*trials, plan=PLAN):
    return gather(plan, plan.ablations[0], ResultSet("basenet", trials))


def test_trials_are_matched_by_condition_and_seed():
    first, second = rows_of(finished("b", 1, 0.9), finished("a", 0, 0.8))
    assert first.values(METRIC) == {0: 0.8, 1: None, 2: None}
    assert second.values(METRIC) == {0: None, 1: 0.9, 2: None}


def test_trials_of_other_conditions_and_seeds_are_left_out():
    first, _ = rows_of(finished("removed row", 0, 0.1), finished("a", 7, 0.2))
    assert first.finished == ()


def test_the_later_of_two_attempts_counts():
    early, late = finished("a", 0, 0.1, start_ms=5), finished("a", 0, 0.2, start_ms=6)
    for trials in ((early, late), (late, early)):
        assert rows_of(*trials)[0].values(METRIC)[0] == 0.2


def test_each_row_has_the_seeds_that_are_planned_for_it():
    first, second = rows_of(plan=with_seeds(PLAN, "b", (8, 7)))
    assert (first.seeds, second.seeds) == ((0, 1, 2), (7, 8))


def test_missing_seeds_say_why():
    row, _ = rows_of(
        unfinished("a", 0, Status.DIVERGED, "the loss is NaN"), unfinished("a", 1, Status.RUNNING)
    )
    expected = (Missing(0, "diverged", "the loss is NaN"), Missing(1, "running"))
    assert row.missing(METRIC) == expected


@pytest.mark.parametrize(
    ("metrics", "reason"),
    [
        ({"val/loss": 1.0}, "finished without val/accuracy"),
        ({METRIC: math.nan}, "val/accuracy is nan"),
        ({METRIC: math.inf}, "val/accuracy is inf"),
    ],
)
def test_a_finished_trial_without_the_metric_is_a_missing_seed(metrics, reason):
    row, _ = rows_of(replace(finished("a", 0, 0.5), metrics=metrics))
    assert row.values(METRIC)[0] is None
    assert row.missing(METRIC) == (Missing(0, "without value", reason),)


def test_the_numbers_of_a_failed_trial_never_count():
    row, _ = rows_of(replace(finished("a", 0, 0.5), status=Status.FAILED))
    assert row.summary(METRIC).n == 0
    assert row.measured("parameters").n == 0


def test_summary():
    assert summarise({}).mean is None
    one = summarise({0: 0.5, 1: None})
    assert (one.n, one.mean, one.std) == (1, 0.5, None)
    assert summarise(dict.fromkeys(range(7), 0.7)).std == 0.0
