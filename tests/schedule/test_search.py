from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from dataclasses import replace

import pytest
from optuna.trial import TrialState

from ablate.plan.search.pruners import Median, SuccessiveHalving, Wilcoxon
from ablate.plan.search.types import Dimension
from ablate.results import SearchPoint, Status
from ablate.schedule.search import Search
from tests.schedule.search_cases import (
    FLAT,
    PRUNERS,
    SAMPLERS,
    SPACE,
    Recorder,
    live,
    make_plan,
    objective,
    rebuilt,
    state,
)

CASES = [
    *((sampler, pruner) for sampler in SAMPLERS if sampler != "gp" for pruner in PRUNERS),
    ("gp", "none"),
]


@pytest.mark.parametrize(("sampler", "pruner"), CASES)
def test_a_search_killed_after_any_point_goes_on_as_if_it_had_not_been(sampler, pruner):
    plan, recorder = make_plan(sampler, PRUNERS[pruner]), Recorder()
    count = 6 if sampler == "gp" else 24
    live(Search(plan), recorder, count)
    points = recorder.all()
    for cut in range(0, count, 3):
        assert rebuilt(plan, points[:cut]).ask() == (cut, points[cut].params)


@pytest.mark.parametrize("pruner", PRUNERS)
def test_a_rebuilt_search_holds_the_same_as_the_one_that_lived(pruner):
    plan, recorder = make_plan("random", PRUNERS[pruner]), Recorder()
    search = Search(plan)
    live(search, recorder, 40)
    statuses = {point.status for point in recorder.all()}
    assert statuses >= {Status.FINISHED, Status.FAILED}
    assert (Status.PRUNED in statuses) == (pruner != "none")
    assert state(rebuilt(plan, recorder.all())) == state(search)


@pytest.mark.parametrize("sampler", ["tpe", "univariate", "random", "sobol"])
@pytest.mark.parametrize("status", [Status.RUNNING, Status.INTERRUPTED])
def test_with_several_points_running_the_rebuilt_search_proposes_the_same(sampler, status):
    plan, recorder = make_plan(sampler, key="8" * 32), Recorder()
    search = Search(plan)
    for _ in range(12):
        number, params = search.ask()
        value = number * 7 % 5 / 5
        search.tell(number, value, Status.FINISHED)
        recorder.put(number, params, Status.FINISHED, value=value)
    for _ in range(10):
        number, params = search.ask()
        assert rebuilt(plan, recorder.all()).ask() == (number, params)
        recorder.put(number, params, status)
    names = [point.params["optimizer.name"] for point in recorder.all()[12:]]
    assert {*names} == {"sgd", "adam"}


def test_cmaes_with_several_points_running_keeps_the_recorded_points():
    plan, recorder = make_plan("cmaes", space=FLAT), Recorder()
    search = Search(plan)
    for _ in range(10):
        asked = [search.ask() for _ in range(3)]
        for number, params in reversed(asked):
            value = objective(params)
            search.tell(number, value, Status.FINISHED)
            recorder.put(number, params, Status.FINISHED, value=value)
    again = rebuilt(plan, recorder.all())
    assert state(again) == state(search)
    assert again.ask()[0] == 30


def test_the_records_may_be_json_in_any_order():
    plan, recorder = make_plan("tpe"), Recorder()
    search = Search(plan)
    live(search, recorder, 15)
    read = [
        replace(point, params=json.loads(json.dumps(point.params)))
        for point in reversed(recorder.all())
    ]
    assert rebuilt(plan, read).ask() == search.ask()


def test_a_number_that_was_never_recorded_is_asked_for_again():
    plan, recorder = make_plan("tpe"), Recorder()
    live(Search(plan), recorder, 15)
    lost = [recorder.points.pop(number) for number in (6, 11)]
    search = rebuilt(plan, recorder.all())
    asked = [search.ask() for _ in range(3)]
    assert [number for number, _ in asked] == [6, 11, 15]
    assert asked[0][1] == lost[0].params


def test_proposals_depend_on_neither_the_process_nor_the_order_of_the_space():
    program = (
        "from tests.schedule.search_cases import *\n"
        "recorder = Recorder()\n"
        "space = (*reversed(FLAT), *(d for d in SPACE if d.when))\n"
        "live(Search(make_plan('tpe', PRUNERS['hyperband'], space)), recorder, 20)\n"
        "print([sorted(point.params.items()) for point in recorder.all()])\n"
    )
    recorder = Recorder()
    live(Search(make_plan("tpe", PRUNERS["hyperband"])), recorder, 20)
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONHASHSEED": "77", "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        check=True,
        text=True,
    )
    assert done.stdout == f"{[sorted(point.params.items()) for point in recorder.all()]}\n"


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_another_key_is_another_search(sampler):
    first, second = (Search(make_plan(sampler, key=key * 32)).ask()[1] for key in "ab")
    assert first != second


def test_values_are_those_of_the_study_file_in_its_order():
    mixed = (
        Dimension("b", "choice", choices=(1, True, 1.5)),
        Dimension("a", "choice", choices=({"size": (1, 2)}, "x", None)),
        Dimension("n", "int", 2, 10, step=4),
    )
    search = Search(make_plan("random", space=mixed))
    asked = [search.ask()[1] for _ in range(60)]
    assert all(list(params) == ["b", "a", "n"] for params in asked)
    assert {(type(params["b"]), params["b"]) for params in asked} == {
        (int, 1),
        (bool, True),
        (float, 1.5),
    }
    assert {str(params["a"]) for params in asked} == {"{'size': (1, 2)}", "x", "None"}
    assert {(type(params["n"]), params["n"]) for params in asked} == {(int, 2), (int, 6), (int, 10)}


@pytest.mark.parametrize("sampler", [name for name in SAMPLERS if name != "gp"])
def test_fields_are_proposed_only_where_their_condition_holds(sampler):
    recorder = Recorder()
    live(Search(make_plan(sampler)), recorder, 30)
    momentum = [p.params for p in recorder.all() if p.params["optimizer.name"] == "sgd"]
    assert 0 < len(momentum) < 30
    for point in recorder.all():
        conditional = {"optimizer.momentum", "optimizer.nesterov"} & point.params.keys()
        assert len(conditional) == 2 * (point.params["optimizer.name"] == "sgd")


@pytest.mark.parametrize(
    ("status", "value", "expected"),
    [
        (Status.FINISHED, 0.5, TrialState.COMPLETE),
        (Status.FINISHED, math.nan, TrialState.FAIL),
        (Status.FINISHED, math.inf, TrialState.FAIL),
        (Status.FINISHED, None, TrialState.FAIL),
        (Status.FAILED, None, TrialState.FAIL),
        (Status.DIVERGED, 0.5, TrialState.FAIL),
        (Status.PRUNED, None, TrialState.PRUNED),
        (Status.INTERRUPTED, None, TrialState.RUNNING),
    ],
)
def test_what_a_point_counts_as(status, value, expected):
    search = Search(make_plan())
    number, _ = search.ask()
    search.report(number, 1, 0.25)
    search.tell(number, value, status)
    assert state(search)[0][1] is expected


def test_a_search_of_nothing_but_failures_goes_on():
    search = Search(make_plan("tpe", Median(startup_trials=1)))
    for number in range(20):
        assert search.ask()[0] == number
        assert not search.report(number, 1, math.nan)
        search.tell(number, math.nan, Status.DIVERGED)


KIND = Dimension("kind", "choice", choices=tuple(range(8)))
OFTEN = Dimension("momentum", "float", 0.0, 0.9, when={"kind": tuple(range(7))})


@pytest.mark.parametrize(
    "space", [FLAT, SPACE[1:2], (KIND, OFTEN, SPACE[1])], ids=["flat", "one", "conditional"]
)
def test_cmaes_comes_closer_whatever_else_the_space_has(space):
    search = Search(make_plan("cmaes", space=space, maximize=False, key="5" * 32))
    misses = []
    for _ in range(60):
        number, params = search.ask()
        misses.append((math.log10(params["optimizer.lr"]) + 4.5) ** 2)
        search.tell(number, misses[-1], Status.FINISHED)
    assert sum(misses[-20:]) < 0.2 * sum(misses[:20])


# --- Pruning -------------------------------------------------------------------------------


def grow(search: Search, number: int, slope: float, epochs: int) -> bool:
    verdicts = [search.report(number, epoch, slope * epoch) for epoch in range(1, epochs + 1)]
    return True in verdicts


def test_a_verdict_survives_the_process_that_heard_it():
    plan = make_plan("random", SuccessiveHalving())
    search, recorder = Search(plan), Recorder()
    for number, slope in enumerate((3.0, 2.0)):
        _, params = search.ask()
        curve = ((1, slope),)
        pruned = search.report(number, 1, slope)
        assert pruned == (slope < 3)
        recorder.put(number, params, Status.RUNNING, curve=curve)
    again = rebuilt(plan, recorder.all())
    assert [again.should_prune(number) for number in (0, 1)] == [False, True]


def test_a_point_that_starts_again_is_judged_as_before():
    search = Search(make_plan("random", SuccessiveHalving()))
    best, poor = (search.ask()[0] for _ in range(2))
    assert not grow(search, best, 2.0, 2)
    verdicts = [search.report(poor, epoch, 1.0) for epoch in (1, 2, 1, 2)]
    assert verdicts == [True] * 4
    before = state(search)
    assert not grow(search, best, 0.5, 2)
    assert state(search) == before


def test_the_warm_up_of_median_is_in_epochs():
    search = Search(make_plan("random", Median(startup_trials=1, warmup_epochs=2)))
    grow(search, search.ask()[0], 1.0, 4)
    search.tell(0, 4.0, Status.FINISHED)
    poor = search.ask()[0]
    assert [search.report(poor, epoch, 0.0) for epoch in (1, 2, 3)] == [False, False, True]


def test_wilcoxon_compares_seeds_and_counts_the_mean():
    plan = make_plan("random", Wilcoxon(p=0.2))
    search = Search(plan)
    best, poor = search.ask(), search.ask()
    assert not any(search.report(best[0], seed, 0.9) for seed in range(4))
    search.tell(best[0], 0.9, Status.FINISHED)
    assert [search.report(poor[0], seed, 0.1 * seed) for seed in range(3)] == [False, False, True]
    search.tell(poor[0], 0.1, Status.PRUNED)
    points = [
        SearchPoint(*best, Status.FINISHED, 0.9, curve=((1, 0.5),)),
        SearchPoint(*poor, Status.PRUNED, 0.1, curve=((1, 0.0),)),
    ]
    held = [(item[1], item[3]) for item in state(rebuilt(plan, points))]
    assert held == [(item[1], item[3]) for item in state(search)]
    assert held[1] == (TrialState.COMPLETE, [0.1])


def test_without_a_pruner_nothing_is_pruned():
    search = Search(make_plan("random"))
    grow(search, search.ask()[0], 1.0, 9)
    search.tell(0, 9.0, Status.FINISHED)
    assert not grow(search, search.ask()[0], 0.0, 9)
