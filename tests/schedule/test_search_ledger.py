from __future__ import annotations

import json
import math
from pathlib import Path
from wsgiref.util import setup_testing_defaults

import optuna
import pytest
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.trial import TrialState

from ablate.results import SearchPoint, Status
from ablate.schedule import OptunaLedger
from ablate.schedule.search_ledger import SearchLedger
from tests.schedule.search_cases import make_plan

PLAN = make_plan()
SGD = {
    "optimizer.name": "sgd",
    "optimizer.lr": 0.01,
    "optimizer.momentum": 0.9,
    "optimizer.nesterov": True,
    "model.channels": (6, 12),
    "model.hidden": 32,
    "model.dropout": 0.3,
}
ADAM = {key: value for key, value in SGD.items() if key[10:] not in ("momentum", "nesterov")}
ADAM |= {"optimizer.name": "adam"}


def path(folder: Path) -> Path:
    return folder / "optuna" / "basenet.journal"


def trials(folder: Path, name: str = "basenet-lr-01234567") -> list[optuna.trial.FrozenTrial]:
    backend = optuna.storages.journal.JournalFileBackend(str(path(folder)))
    storage = optuna.storages.JournalStorage(backend)
    return optuna.load_study(study_name=name, storage=storage).trials


def test_optuna_reads_points_with_the_distributions_of_the_search(tmp_path):
    ledger = SearchLedger(path(tmp_path), "basenet", PLAN)
    ledger.ask(0, "lr #0", SGD, {"identity": "i"})
    ledger.ask(1, "lr #1", ADAM, {})
    ledger.report(0, 1, 0.5)
    ledger.report(1, 1, 0.1)
    ledger.tell(1, None, Status.PRUNED)
    ledger.tell(0, 0.75, Status.FINISHED)
    first, second = trials(tmp_path)
    assert (first.state, first.value, second.state, second.value) == (
        TrialState.COMPLETE,
        0.75,
        TrialState.PRUNED,
        0.1,
    )
    assert first.params == {**SGD, "model.channels": "[6,12]"}
    assert second.params == {**ADAM, "model.channels": "[6,12]"}
    assert first.distributions["optimizer.lr"] == FloatDistribution(1e-5, 1e-1, log=True)
    assert first.distributions["model.hidden"] == IntDistribution(1, 64, log=True)
    assert first.distributions["optimizer.name"] == CategoricalDistribution(["sgd", "adam"])
    assert first.intermediate_values == {1: 0.5}
    assert first.user_attrs == {"point": 0, "name": "lr #0", "identity": "i"}
    assert second.user_attrs == {"point": 1, "name": "lr #1", "status": "pruned"}


def test_the_dashboard_shows_the_search(tmp_path):
    dashboard = pytest.importorskip("optuna_dashboard")
    ledger = SearchLedger(path(tmp_path), "basenet", PLAN)
    for number, params in enumerate((SGD, ADAM)):
        ledger.ask(number, f"lr #{number}", params, {})
        ledger.report(number, 1, 0.5)
        ledger.tell(number, 0.5, (Status.FINISHED, Status.PRUNED)[number])
    app = dashboard.wsgi(str(path(tmp_path)))
    (study,) = get_json(app, "/api/studies")["study_summaries"]
    detail = get_json(app, f"/api/studies/{study['study_id']}")
    assert [trial["state"] for trial in detail["trials"]] == ["Complete", "Pruned"]
    kinds = {item["name"]: item["distribution"]["type"] for item in detail["union_search_space"]}
    assert kinds == {
        "optimizer.name": "CategoricalDistribution",
        "optimizer.lr": "FloatDistribution",
        "optimizer.momentum": "FloatDistribution",
        "optimizer.nesterov": "CategoricalDistribution",
        "model.channels": "CategoricalDistribution",
        "model.hidden": "IntDistribution",
        "model.dropout": "FloatDistribution",
    }


def get_json(app, place: str):
    environment = {"PATH_INFO": place, "QUERY_STRING": "after=0"}
    setup_testing_defaults(environment)
    return json.loads(b"".join(app(environment, lambda *answer: None)))


def test_a_point_of_a_dead_driver_is_asked_for_again_under_its_number(tmp_path):
    SearchLedger(path(tmp_path), "basenet", PLAN).ask(0, "lr #0", SGD, {})
    ledger = SearchLedger(path(tmp_path), "basenet", PLAN)
    ledger.ask(0, "lr #0", SGD, {})
    ledger.tell(0, 0.5, Status.FINISHED)
    found = [(trial.state, trial.user_attrs["point"]) for trial in trials(tmp_path)]
    assert found == [(TrialState.FAIL, 0), (TrialState.COMPLETE, 0)]


def test_a_lost_study_is_rebuilt_once(tmp_path):
    points = [
        SearchPoint(0, SGD, Status.FINISHED, 0.5, curve=((1, 0.25), (2, 0.5)), run_ids=("r",)),
        SearchPoint(1, ADAM, Status.PRUNED, None, curve=((1, 0.1),)),
        SearchPoint(2, ADAM, Status.PRUNED),
        SearchPoint(3, ADAM, Status.FINISHED, math.nan),
        SearchPoint(4, ADAM, Status.FAILED),
        SearchPoint(5, ADAM, Status.RUNNING),
    ]
    assert SearchLedger(path(tmp_path), "basenet", PLAN).rebuild(points) == 3
    assert SearchLedger(path(tmp_path), "basenet", PLAN).rebuild(points) == 0
    found = trials(tmp_path)
    assert [(trial.user_attrs["point"], trial.value) for trial in found] == [
        (0, 0.5),
        (1, 0.1),
        (2, None),
    ]
    assert found[0].intermediate_values == {1: 0.25, 2: 0.5}
    assert found[0].user_attrs["runs"] == ["r"]
    assert [trial.state for trial in found[1:]] == [TrialState.PRUNED] * 2


def test_it_shares_its_journal_with_the_study_and_with_other_searches(tmp_path):
    study = OptunaLedger(path(tmp_path), "basenet", "max", {"x": [1]})
    ledger = SearchLedger(path(tmp_path), "basenet", PLAN)
    other = SearchLedger(path(tmp_path), "basenet", make_plan(key="f" * 32, maximize=False))
    number = study.ask("a", {"x": 1}, {})
    ledger.ask(0, "lr #0", SGD, {})
    other.ask(0, "lr #0", ADAM, {})
    ledger.tell(0, 0.5, Status.FINISHED)
    study.tell(number, 0.75, Status.FINISHED)
    other.tell(0, None, Status.FAILED)
    names = (study.study_name, ledger.study_name, other.study_name)
    assert [trials(tmp_path, name)[0].value for name in names] == [0.75, 0.5, None]


def test_a_value_outside_the_space_leaves_no_trial(tmp_path):
    ledger = SearchLedger(path(tmp_path), "basenet", PLAN)
    with pytest.raises(KeyError):
        ledger.ask(0, "lr #0", {**SGD, "optimizer.name": "lion"}, {})
    with pytest.raises(ValueError, match="hidden"):
        ledger.ask(0, "lr #0", {**SGD, "model.hidden": 65}, {})
    assert trials(tmp_path) == []
