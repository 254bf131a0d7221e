"""The format is MLflow's own and documented nowhere: what is written must be what its UI reads."""

from __future__ import annotations

import base64
import json
import logging
import re
import zlib
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mlflow import MlflowClient

from ablate.record import MlflowRecorder, Store, experiment_id
from ablate.record.names import encode
from ablate.record.views import (
    CONDITIONS,
    CURVES,
    PREDICTIONS,
    VIEWS,
    Outline,
    Recorded,
    existing_views,
    view_states,
    written,
)
from ablate.testing.recorder_cases import FAILED, FINISHED, card, play

OUTLINE = Outline(
    primary="val/accuracy",
    maximize=True,
    columns=("test/accuracy/AP[car] @ #1", "test/never"),
    factors=("optimizer.lr", "model.hidden"),
    seed=0,
)
NAMES = st.text(min_size=1, max_size=30)


def decoded(value: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Envelope and state of a tag."""
    envelope = json.loads(value)
    method, _, packed = envelope.pop("state").partition(";")
    assert method == "deflate"
    return envelope, json.loads(zlib.decompress(base64.b64decode(packed, validate=True)))


def view_tags(store: Store) -> dict[str, str]:
    client = MlflowClient(tracking_uri=store.tracking_uri)
    tags = client.get_experiment(experiment_id(store, "s") or "").tags
    return {key: value for key, value in tags.items() if key.startswith("mlflow.sharedViewState.")}


def states(store: Store) -> dict[str, dict[str, Any]]:
    return {envelope["name"]: state for envelope, state in map(decoded, view_tags(store).values())}


@pytest.fixture
def recorder(store: Store) -> MlflowRecorder:
    return MlflowRecorder(store, "s")


def test_the_conditions_are_grouped_and_have_the_recorded_metrics(
    recorder: MlflowRecorder, store: Store
) -> None:
    play(recorder, card())
    recorder.report("| a |", {}, OUTLINE)
    state = states(store)["Table of conditions"]
    assert state["groupBy"] == {
        "aggregateFunction": "average",
        "groupByKeys": [
            {"mode": "param", "groupByData": "optimizer.lr"},
            {"mode": "param", "groupByData": "model.hidden"},
        ],
    }
    closed = {"param.optimizer.lr.0.001,param.model.hidden.[192, 12]": False}
    assert state["groupsExpanded"] == closed
    assert state["columnOrder"][1:] == state["selectedColumns"]
    assert state["selectedColumns"] == [
        "metrics.`final/val/accuracy`",
        "metrics.`final/test/accuracy/AP_x5B_car_x5D_ _x40_ _x23_1`",
        "metrics.`final/test/accuracy`",
    ]
    client = MlflowClient(tracking_uri=store.tracking_uri)
    run = client.search_runs([experiment_id(store, "s") or ""])[-1]
    for column in state["selectedColumns"]:
        assert column.removeprefix("metrics.").strip("`") in run.data.metrics
    for group in state["groupBy"]["groupByKeys"]:
        assert group["groupByData"] in run.data.params


def test_mlflow_understands_filter_and_order(recorder: MlflowRecorder, store: Store) -> None:
    for seed, value in enumerate((0.25, 0.75, 0.5)):
        play(recorder, card(seed=seed), replace(FINISHED, final={"val/accuracy": value}))
    play(recorder, card("failed"), FAILED)
    recorder.begin(card("running"))
    stage = card("stage", tags={"ablate.stage": "first"})
    play(recorder, stage, replace(FINISHED, final={"val/accuracy": 0.9}))
    recorder.report("| a |", {}, OUTLINE)
    state = states(store)["Table of conditions"]
    direction = "ASC" if state["orderByAsc"] else "DESC"
    found = MlflowClient(tracking_uri=store.tracking_uri).search_runs(
        [experiment_id(store, "s") or ""],
        filter_string=state["searchFilter"],
        order_by=[f"{state['orderByKey']} {direction}"],
    )
    assert [run.data.metrics["final/val/accuracy"] for run in found] == [0.75, 0.5, 0.25]


def test_seeds_of_a_condition_stand_together_where_not_all_runs_are_loaded(
    recorder: MlflowRecorder, store: Store
) -> None:
    for seed, value in enumerate((0.25, 0.75)):
        for name in ("b", "a"):
            play(recorder, card(name, seed), replace(FINISHED, final={"val/accuracy": value}))
    state = view_states(OUTLINE, Recorded({"final/val/accuracy"}, trials=[{}] * 101))[CONDITIONS]
    found = MlflowClient(tracking_uri=store.tracking_uri).search_runs(
        [experiment_id(store, "s") or ""], state["searchFilter"], order_by=[state["orderByKey"]]
    )
    conditions = [run.data.tags["ablate.condition"] for run in found]
    assert conditions == ["c-a", "c-a", "c-b", "c-b"]


def test_curves_are_those_that_were_recorded(recorder: MlflowRecorder, store: Store) -> None:
    play(recorder, card())
    recorder.report("| a |", {}, OUTLINE)
    found = states(store)
    assert list(found) == ["Table of conditions", "Curves"]  # no trial kept pictures
    charts = found["Curves"]["compareRunCharts"]
    assert [(chart["type"], chart["metricKey"]) for chart in charts] == [
        ("LINE", "val/accuracy"),
        ("LINE", "train/loss"),
    ]
    (section,) = found["Curves"]["compareRunSections"]
    assert {chart["metricSectionId"] for chart in charts} == {section["uuid"]}
    assert len({chart["uuid"] for chart in charts}) == len(charts)


def test_predictions_are_those_of_the_first_seed(
    recorder: MlflowRecorder, store: Store, tmp_path: Path
) -> None:
    artifacts = tmp_path / "artifacts"
    (artifacts / "images").mkdir(parents=True)
    for step in (0, 1, 40):
        for image in ("a b", "c"):
            name = f"val~{image}+step+{step}+timestamp+5+f7.png"
            (artifacts / "images" / name).write_bytes(b"")
    (artifacts / "images" / "representations~pca+step+50+timestamp+5+f7.png").write_bytes(b"")
    for seed in (0, 1):
        run_id = recorder.begin(card(seed=seed, tags={"mlflow.loggedImages": "True"}))
        recorder.finish(run_id, FINISHED, artifacts)
    recorder.report("| a |", {}, OUTLINE)
    state = states(store)["Predictions"]
    charts = [(chart["imageKeys"], chart["step"]) for chart in state["compareRunCharts"]]
    assert charts == [(["val/a b"], 40), (["val/c"], 40)]
    client = MlflowClient(tracking_uri=store.tracking_uri)
    (run,) = client.search_runs([experiment_id(store, "s") or ""], state["searchFilter"])
    assert run.data.params["seed"] == "0"
    assert state["groupBy"] is None  # groups have no pictures


def test_the_same_records_give_the_same_tags(recorder: MlflowRecorder, store: Store) -> None:
    play(recorder, card())
    recorder.report("| a |", {}, OUTLINE)
    first, bytes_before = view_tags(store), store.database.read_bytes()
    later = MlflowRecorder(store, "s")
    later.report("| a |", {}, OUTLINE)
    assert store.database.read_bytes() == bytes_before
    assert "client" not in later._experiment.__dict__  # MLflow was not needed
    later.report("| another |", {}, OUTLINE)
    assert view_tags(store) == first


def test_a_report_of_an_earlier_version_gets_its_views(
    recorder: MlflowRecorder, store: Store
) -> None:
    play(recorder, card())
    recorder.report("| a |", {})
    assert view_tags(store) == {}
    recorder.report("| a |", {}, OUTLINE)
    assert existing_views(view_tags(store)) == (CONDITIONS, CURVES)


def test_what_a_user_changed_stays(recorder: MlflowRecorder, store: Store) -> None:
    play(recorder, card())
    recorder.report("| a |", {}, OUTLINE)
    tags = view_tags(store)
    client = MlflowClient(tracking_uri=store.tracking_uri)
    experiment = experiment_id(store, "s") or ""
    envelope = json.loads(tags[CONDITIONS.tag])
    mine = json.dumps({**envelope, "name": "Mine", "updatedAt": envelope["createdAt"] + 9})
    client.set_experiment_tag(experiment, CONDITIONS.tag, mine)
    client.set_experiment_tag(experiment, CURVES.tag, "damaged")
    recorder.report("| b |", {}, OUTLINE)
    assert view_tags(store) == {**tags, CONDITIONS.tag: mine}


def test_a_view_that_mlflow_would_refuse_is_left_out(
    recorder: MlflowRecorder, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    play(recorder, card())
    factors = tuple(f"model.{sha256(str(n).encode()).hexdigest()}" for n in range(1_000))
    with caplog.at_level(logging.WARNING, "ablate"):
        recorder.report("| a |", {}, Outline("val/accuracy", maximize=True, factors=factors))
    assert view_tags(store) == {}
    assert "'Table of conditions' is too long for MLflow" in caplog.text


@settings(deadline=None, max_examples=50)
@given(
    st.lists(NAMES, max_size=5),
    st.dictionaries(NAMES, st.integers(0, 99), max_size=5),
    st.lists(NAMES, max_size=3),
)
def test_charts_of_other_metrics_are_hidden(
    others: list[str], pictures: dict[str, int], factors: list[str]
) -> None:
    outline = Outline("val/dice@one+two", maximize=True, factors=tuple(factors))
    curves = {encode("val/dice@one+two"), "val/loss"}
    found = view_states(outline, Recorded({*map(encode, others), *curves}, [{}], pictures))
    for view, shown in ((CURVES, curves), (PREDICTIONS, set(pictures))):
        if view in found:
            pattern = re.compile(found[view]["chartsSearchFilter"])
            assert {name for name in {*curves, *pictures} if pattern.search(name)} == shown
    assert (PREDICTIONS in found) is bool(pictures)
    for view, state in found.items():
        assert decoded(written(view, state, 7)) == (
            {"name": view.name, "createdAt": 7, "updatedAt": 7},
            state,
        )
        assert written(view, state, 7) == written(view, state, 7)


def test_no_two_views_share_a_tag() -> None:
    assert len({view.tag for view in VIEWS}) == len(VIEWS) == len({view.word for view in VIEWS})
