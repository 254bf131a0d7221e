"""The rows are those that MLflow's own client writes, and what it cannot do leaves the tables as it would."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, Metric, Param, RunTag

from ablate.errors import RecordError
from ablate.record import Store
from ablate.record.run_writer import Point, changing

Rows = Callable[..., list[tuple[Any, ...]]]

PARAMS = {"optimizer.lr": "0.001", "seed": "0"}
TAGS = {"ablate.status": "running", "note": "é" * 100}
POINTS: list[Point] = [
    ("val/accuracy", 0.1 + 0.2, 1_000, 1),
    ("val/accuracy", 1 / 3, 2_000, 2),
    ("val/accuracy", 1 / 3, 2_000, 2),
    ("val/accuracy", 0.5, 500, 2),
    ("val/loss", math.nan, 2_000, 2),
    ("val/loss", 1.0, 2_000, 1),
    ("final/count", 4414.0, 9_000, 0),
    ("final/count", -3.0, 9_000, 0),
]
QUERIES = {
    "runs": "name, status, start_time, end_time, lifecycle_stage FROM runs WHERE run_uuid = ?",
    "params": "key, value FROM params WHERE run_uuid = ? ORDER BY key",
    "tags": "key, value FROM tags WHERE run_uuid = ? ORDER BY key",
    "metrics": "key, value, typeof(value), timestamp, step, is_nan, typeof(is_nan)"
    " FROM metrics WHERE run_uuid = ? ORDER BY 1, 5, 4, 2",
    "latest_metrics": "key, value, timestamp, step, is_nan FROM latest_metrics WHERE run_uuid = ? ORDER BY 1",
    "inputs": "source_type, destination_type, step, name, digest, dataset_source_type, dataset_source,"
    " dataset_schema, dataset_profile, length(dataset_uuid), length(input_uuid)"
    " FROM inputs JOIN datasets ON dataset_uuid = source_id WHERE destination_id = ?",
}


@pytest.fixture
def mlflow(store: Store) -> MlflowClient:
    return MlflowClient(tracking_uri=store.tracking_uri)


@pytest.fixture
def run_id(mlflow: MlflowClient) -> str:
    return _run(mlflow)


def _run(mlflow: MlflowClient) -> str:
    found = mlflow.get_experiment_by_name("e")
    experiment = found.experiment_id if found else mlflow.create_experiment("e")
    return str(mlflow.create_run(experiment, start_time=100, run_name="first").info.run_id)


def everything(rows: Rows, run_id: str) -> dict[str, list[tuple[Any, ...]]]:
    return {name: rows(f"SELECT {query}", run_id) for name, query in QUERIES.items()}


def test_the_rows_are_those_of_mlflows_client(
    store: Store, rows: Rows, mlflow: MlflowClient, run_id: str
) -> None:
    theirs = _run(mlflow)
    for point in POINTS:
        mlflow.log_batch(theirs, metrics=[Metric(*point)])
    mlflow.log_batch(
        theirs,
        params=[Param(*item) for item in PARAMS.items()],
        tags=[RunTag(*item) for item in TAGS.items()],
    )
    data = Dataset(name="digits", digest="f" * 32, source_type="local", source="{}")
    mlflow.log_inputs(theirs, [DatasetInput(dataset=data)])
    mlflow.update_run(theirs, status="RUNNING", name="second")
    mlflow.set_terminated(theirs, "KILLED", end_time=5_000)
    for _ in range(2):
        with changing(store.database, run_id) as run:
            run.points(POINTS)
            run.params(PARAMS)
            run.tags(TAGS)
            run.dataset("digits", "f" * 32)
            run.reopen("second")
            run.end("KILLED", 5_000)
    assert everything(rows, run_id) == everything(rows, theirs)
    assert rows("SELECT count(*) FROM datasets") == [(1,)]


def test_mlflow_reads_what_is_written(store: Store, mlflow: MlflowClient, run_id: str) -> None:
    with changing(store.database, run_id) as run:
        run.points(POINTS)
        run.params(PARAMS)
        run.dataset("digits", "f" * 32)
        run.end("FINISHED", 5_000)
    found = mlflow.get_run(run_id)
    assert found.data.metrics["val/accuracy"] == 1 / 3
    assert math.isnan(found.data.metrics["val/loss"])
    assert found.data.params == PARAMS
    assert found.inputs.dataset_inputs[0].dataset.name == "digits"
    assert (found.info.status, found.info.end_time) == ("FINISHED", 5_000)


def test_after_taking_back_the_latest_values_are_those_of_what_is_left(
    store: Store, rows: Rows, mlflow: MlflowClient, run_id: str
) -> None:
    left = _run(mlflow)
    kept = [point for point in POINTS if point[3] != 2 or point[2] >= 2_000]
    with changing(store.database, left) as run:
        run.points(kept)
    with changing(store.database, run_id) as run:
        run.points(POINTS)
        run.forget_epochs(2, before_ms=2_000)
    assert everything(rows, run_id) == everything(rows, left)


def test_all_of_an_event_or_nothing(store: Store, rows: Rows, run_id: str) -> None:
    before = everything(rows, run_id)

    def interrupted() -> None:
        with changing(store.database, run_id) as run:
            run.points(POINTS)
            run.end("FINISHED", 1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        interrupted()
    assert everything(rows, run_id) == before


def test_parameters_that_stand_stay(store: Store, rows: Rows, run_id: str) -> None:
    with changing(store.database, run_id) as run:
        run.params({"a": "1"})
        run.params({"a": "2", "b": "3"})
    assert everything(rows, run_id)["params"] == [("a", "1"), ("b", "3")]


def test_a_tag_that_mlflow_would_cut_is_an_error(store: Store, run_id: str) -> None:
    with (
        pytest.raises(RecordError, match=r"'long' has 8001 characters; MLflow keeps 8000"),
        changing(store.database, run_id) as run,
    ):
        run.tags({"long": "x" * 8001})
