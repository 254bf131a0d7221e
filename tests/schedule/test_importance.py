from __future__ import annotations

import math
import random

import pytest

from ablate.plan.search.types import Dimension
from ablate.results import SearchPoint, Status
from ablate.schedule.importance import importances
from ablate.schedule.search import Search
from tests.schedule.search_cases import SPACE, Recorder, live, make_plan

LR = Dimension("optimizer.lr", "float", 1e-5, 1e-1, log=True)
NORM = Dimension("model.batch_norm", "choice", choices=(False, True))
NOTHING = Dimension("model.dropout", "float", 0.0, 0.5)
NEITHER = Dimension("model.channels", "choice", choices=((6, 12), (12, 24), (24, 48)))
WIDTH = Dimension("model.hidden", "int", 1, 64, log=True)
PLAN = make_plan("random", space=(NEITHER, NORM, NOTHING, WIDTH, LR))


def points(count: int, seed: int = 0, plan=PLAN) -> list[SearchPoint]:
    """Of an objective to which the learning rate gives .958 of the variance and batch norm .042."""
    noise = random.Random(seed)  # noqa: S311
    search = Search(make_plan("random", space=plan.space, key=f"{seed:032x}"))
    found = []
    for _ in range(count):
        number, params = search.ask()
        value = params["model.batch_norm"] / 2 - (math.log10(params["optimizer.lr"]) + 3) ** 2
        value += noise.gauss(0, 0.05)
        found.append(SearchPoint(number, params, Status.FINISHED, value))
    return found


@pytest.mark.parametrize("seed", range(3))
def test_shares_are_those_of_the_variance_and_a_field_without_effect_has_none(seed):
    shares = importances(PLAN, points(100, seed))
    assert list(shares)[:2] == ["optimizer.lr", "model.batch_norm"]
    assert shares["optimizer.lr"] == pytest.approx(0.958, abs=0.05)
    assert sum(shares[item.field] for item in (NOTHING, NEITHER, WIDTH)) < 0.02
    assert sum(shares.values()) == pytest.approx(1)


def test_they_are_the_same_for_the_same_points():
    found = points(30)
    assert importances(PLAN, found[::-1]) == importances(PLAN, found)
    assert list(importances(PLAN, found[::-1])) == list(importances(PLAN, found))


def test_the_scale_of_the_objective_does_not_matter():
    found = points(30)
    scaled = [
        SearchPoint(p.number, p.params, p.status, 1e-9 * (p.value or 0) - 7e-6) for p in found
    ]
    assert importances(PLAN, scaled) == pytest.approx(importances(PLAN, found), abs=0.005)


def test_only_finished_points_count():
    found = points(30)
    others = [
        SearchPoint(30 + index, found[index].params, status, 1e6)
        for index, status in enumerate(Status)
        if status is not Status.FINISHED
    ]
    others.append(SearchPoint(99, found[0].params, Status.FINISHED, math.nan))
    assert importances(PLAN, [*found, *others]) == importances(PLAN, found)
    assert importances(PLAN, [*found[:9], *others]) == {}
    assert importances(PLAN, found[:10]) != {}


def test_points_that_are_all_alike_say_nothing():
    found = points(12)
    same_value = [SearchPoint(p.number, p.params, p.status, 0.5) for p in found]
    same_params = [SearchPoint(p.number, found[0].params, p.status, p.value) for p in found]
    assert importances(PLAN, same_value) == {}
    assert importances(PLAN, same_params) == {}


def test_conditional_fields_that_not_all_points_have_are_left_out():
    plan, recorder = make_plan("random"), Recorder()
    live(Search(plan), recorder, 40)
    shares = importances(plan, recorder.all())
    assert shares.keys() == {item.field for item in SPACE if not item.when}
    assert sum(shares.values()) == pytest.approx(1)
