from __future__ import annotations

import math

import pytest

from ablate.errors import UsageError
from ablate.plan.search.pruners import Hyperband, Median, SuccessiveHalving
from ablate.results import Status
from ablate.schedule.pruning import Pruning

MEDIAN = Median(startup_trials=2, warmup_epochs=1)
PRUNERS = [MEDIAN, SuccessiveHalving(reduction=2)]


def make(pruner=MEDIAN, direction="max") -> Pruning:
    return Pruning(pruner, direction, 9, "basenet/components")


def run(pruning: Pruning, member: str, values: list[float]) -> list[bool]:
    """Report and end a member; one that is behind is pruned."""
    verdicts = []
    for epoch, value in enumerate(values, start=1):
        verdicts.append(pruning.report(member, epoch, value))
        if verdicts[-1]:
            break
    pruning.tell(member, Status.PRUNED if verdicts[-1] else Status.FINISHED)
    return verdicts


def test_a_row_behind_the_median_of_those_that_ended_is_pruned():
    pruning = make()
    assert run(pruning, "baseline", [0.5, 0.6, 0.7]) == [False] * 3
    assert run(pruning, "first", [0.1, 0.1, 0.1]) == [False] * 3
    assert run(pruning, "behind", [0.0, 0.2, 0.3]) == [False, True]
    assert run(pruning, "before", [0.0, 0.4, 0.5]) == [False] * 3


def test_the_baseline_counts_only_once_it_has_ended():
    pruning = make(Median(startup_trials=1))
    pruning.report("baseline", 1, 0.9)
    assert not pruning.report("row", 1, 0.1)
    pruning.tell("baseline", Status.FINISHED)
    assert pruning.report("row", 2, 0.1) is False  # the baseline says nothing of epoch 2
    assert pruning.report("other", 1, 0.1)


def test_smaller_is_better_where_the_metric_says_so():
    pruning = make(direction="min")
    run(pruning, "baseline", [0.5, 0.5])
    run(pruning, "first", [0.4, 0.4])
    assert run(pruning, "ahead", [0.1, 0.1]) == [False, False]
    assert run(pruning, "behind", [0.9, 0.9]) == [False, True]


@pytest.mark.parametrize("pruner", PRUNERS)
def test_it_is_rebuilt_from_the_records_after_any_epoch(pruner):
    curves = {"a": [0.5, 0.6, 0.7, 0.7], "b": [0.4, 0.5, 0.8, 0.8], "c": [0.6, 0.1, 0.1, 0.1]}
    curves |= {"d": [0.1, 0.1, 0.1, 0.1], "e": [math.nan, 0.9, 0.9, 0.9]}
    lived, told = make(pruner), {}
    for member, values in curves.items():
        for epoch, value in enumerate(values, start=1):
            again = make(pruner)
            for name, (curve, status) in told.items():
                again.replay(name, curve, status)
            verdict = lived.report(member, epoch, value)
            assert again.report(member, epoch, value) == verdict
            curve = (*told.get(member, ((), None))[0], (epoch, value))
            told[member] = curve, Status.RUNNING
            if verdict:
                break
        status = Status.PRUNED if verdict else Status.FINISHED
        lived.tell(member, status)
        told[member] = curve, status
    assert {status for _, status in told.values()} == {Status.PRUNED, Status.FINISHED}


def test_an_interrupted_row_goes_on_and_says_again_what_it_said():
    pruning = make(SuccessiveHalving(reduction=2))
    pruning.report("baseline", 1, 0.9)
    assert pruning.report("row", 1, 0.1)
    pruning.tell("row", Status.INTERRUPTED)
    assert pruning.report("row", 1, 0.1)


@pytest.mark.parametrize("status", [Status.FAILED, Status.PRUNED, Status.FINISHED])
def test_a_row_that_is_run_again_counts_anew(status):
    pruning = make(Median(startup_trials=1))
    run(pruning, "baseline", [0.9, 0.9])
    pruning.replay("row", ((1, 0.1),), status)
    assert not pruning.report("row", 1, 0.95)
    assert pruning.report("row", 2, 0.95) is False


def test_a_row_that_ended_without_a_word_is_no_trouble():
    pruning = make(Median(startup_trials=1))
    for status in Status:
        pruning.tell(str(status), status)
    assert not pruning.report("row", 1, 0.1)


def test_hyperband_would_judge_rows_at_different_epochs():
    with pytest.raises(UsageError, match="Use successive_halving"):
        make(Hyperband())
