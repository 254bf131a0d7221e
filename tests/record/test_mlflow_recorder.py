"""What the contract does not see: the tables and files that MLflow shows."""

# ruff: noqa: S608 - queries of fixed text
from __future__ import annotations

import math
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from mlflow import MlflowClient

from ablate.errors import RecordError
from ablate.record import MlflowRecorder, Store, artifact_path, database, keys
from ablate.record import client as client_module
from ablate.record.run_writer import RunWriter
from ablate.results import EpochMetrics, Failed, Started, Status
from ablate.testing.recorder_cases import EPOCHS, FAILED, FINISHED, STARTED, card, play

Rows = Callable[..., Any]
TABLES = (
    "runs",
    "params",
    "tags",
    "metrics",
    "latest_metrics",
    "inputs",
    "datasets",
    "experiments",
)


@pytest.fixture
def recorder(store: Store) -> MlflowRecorder:
    return MlflowRecorder(store, "s", "Why?")


@pytest.fixture
def mlflow(store: Store) -> MlflowClient:
    return MlflowClient(tracking_uri=store.tracking_uri)


def counts(rows: Rows) -> dict[str, int]:
    return {table: rows(f"SELECT count(*) FROM {table}")[0][0] for table in TABLES}


def test_a_run_shows_what_a_person_looks_for(
    recorder: MlflowRecorder, mlflow: MlflowClient
) -> None:
    run = mlflow.get_run(play(recorder, card()))
    assert (run.info.run_name, run.info.status, run.info.end_time) == (
        "a, seed 0",
        "FINISHED",
        4_000,
    )
    assert run.data.params == {
        "optimizer.lr": "0.001",
        "model.hidden": "[192, 12]",
        "model": "basenet",
        "data": "digits",
        "seed": "0",
    }
    assert run.data.metrics["final/test/accuracy"] == 1 / 3
    assert run.data.metrics["measured/parameters"] == 4414
    assert run.data.metrics["best/val/accuracy"] == 0.5
    assert run.inputs is not None
    (used,) = run.inputs.dataset_inputs
    assert (used.dataset.name, used.dataset.digest) == ("digits", "f" * 32)
    assert run.data.tags["mlflow.source.git.commit"] == "0" * 40
    assert {"mlflow.user", "mlflow.source.name", "git.commit"} <= set(run.data.tags)
    assert run.data.tags[keys.DEVICE] == "cpu"


def test_curves_have_the_times_at_which_epochs_ended(
    recorder: MlflowRecorder, mlflow: MlflowClient
) -> None:
    run_id = play(recorder, card())
    curve = mlflow.get_metric_history(run_id, "val/accuracy")
    assert [(m.step, m.timestamp, m.value) for m in curve] == [(1, 2_000, 0.25), (2, 3_000, 0.5)]


def test_an_experiment_says_why_and_has_its_own_folder(
    recorder: MlflowRecorder, mlflow: MlflowClient, store: Store
) -> None:
    recorder.begin(card())
    experiment = mlflow.get_experiment_by_name("s")
    assert experiment is not None
    assert experiment.tags["mlflow.note.content"] == "Why?"
    assert experiment.artifact_location == (store.artifacts / "s").as_uri()


@pytest.mark.parametrize(
    ("status", "state"),
    [(Status.FAILED, "FAILED"), (Status.DIVERGED, "FAILED"), (Status.INTERRUPTED, "KILLED")],
)
def test_a_bad_end_is_never_finished(
    recorder: MlflowRecorder, mlflow: MlflowClient, status: Status, state: str, store: Store
) -> None:
    run_id = play(recorder, card(), replace(FAILED, status=status))
    run = mlflow.get_run(run_id)
    assert (run.info.status, run.data.tags[keys.STATUS]) == (state, status.value)
    assert run.data.tags[keys.REASON] == "out of memory"
    assert artifact_path(store, run_id, "error.txt").read_text() == FAILED.details


def test_telling_everything_again_adds_no_row(
    recorder: MlflowRecorder,
    store: Store,
    rows: Rows,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "weights").write_bytes(b"0")
    end = replace(FINISHED, final={**FINISHED.final, "test/nan": math.nan, "test/inf": math.inf})

    def killed_before_the_terminal_state(*args: object) -> None: ...

    def tell(teller: MlflowRecorder) -> None:
        run_id = teller.begin(card())
        for event in (STARTED, *EPOCHS):
            teller.event(run_id, event)
        teller.finish(run_id, end, tmp_path / "files")

    monkeypatch.setattr(RunWriter, "end", killed_before_the_terminal_state)
    tell(recorder)
    before = counts(rows)
    tell(recorder)
    tell(MlflowRecorder(store, "s"))
    assert counts(rows) == before
    assert recorder.results().trials[0].status is Status.RUNNING


def attempt(first_ms: int, epochs: int, value: float) -> list[EpochMetrics]:
    return [
        EpochMetrics(epoch, first_ms + epoch, {"val/accuracy": value, "train/loss": value})
        for epoch in range(1, epochs + 1)
    ]


def curve(rows: Rows, key: str = "val/accuracy") -> list[tuple[int, int, float]]:
    found = rows("SELECT step, timestamp, value FROM metrics WHERE key = ? ORDER BY step", key)
    latest = rows("SELECT step, timestamp, value FROM latest_metrics WHERE key = ?", key)
    assert latest == found[-1:]
    return list(found)


def test_a_new_attempt_replaces_the_epochs_of_the_old_one(
    recorder: MlflowRecorder, store: Store, rows: Rows
) -> None:
    run_id = recorder.begin(card())
    for event in attempt(1_000, 5, 0.1):
        recorder.event(run_id, event)
    later = MlflowRecorder(store, "s")
    assert later.begin(card()) == run_id
    for event in attempt(2_000, 3, 0.2):
        later.event(run_id, event)
    assert curve(rows) == [(1, 2_001, 0.2), (2, 2_002, 0.2), (3, 2_003, 0.2)]
    for event in (*attempt(1_000, 5, 0.1), *attempt(2_000, 3, 0.2)):  # both, from the file
        later.event(run_id, event)
    assert curve(rows) == [(1, 2_001, 0.2), (2, 2_002, 0.2), (3, 2_003, 0.2)]


def test_an_attempt_that_goes_on_keeps_the_epochs_before(
    recorder: MlflowRecorder, rows: Rows
) -> None:
    run_id = recorder.begin(card())
    first, second = attempt(1_000, 4, 0.1), attempt(2_000, 5, 0.2)[2:]
    for event in (*first, *second):
        recorder.event(run_id, event)
    expected = [(1, 1_001, 0.1), (2, 1_002, 0.1), *[(e, 2_000 + e, 0.2) for e in (3, 4, 5)]]
    assert curve(rows) == expected
    for event in (*first, *second):
        MlflowRecorder(recorder._experiment.store, "s").event(run_id, event)
    assert curve(rows) == expected


def test_a_second_end_replaces_the_first(recorder: MlflowRecorder, rows: Rows) -> None:
    run_id = play(recorder, card())
    rows("UPDATE runs SET status = 'RUNNING'")
    recorder.finish(run_id, replace(FINISHED, time_ms=9_000, final={"test/accuracy": 0.75}), None)
    found = rows("SELECT key, value, timestamp FROM metrics WHERE step = 0 AND key LIKE 'final/%'")
    assert found == [("final/test/accuracy", 0.75, 9_000)]
    assert curve(rows) == [(1, 2_000, 0.25), (2, 3_000, 0.5)]


def test_infinity_is_marked_and_never_a_huge_number(recorder: MlflowRecorder, rows: Rows) -> None:
    run_id = recorder.begin(card())
    recorder.event(run_id, EpochMetrics(1, 5, {"train/loss": math.inf, "val/loss": math.nan}))
    assert rows("SELECT key, is_nan FROM metrics") == [("val/loss", 1)]
    tags = dict(rows("SELECT key, value FROM tags WHERE key LIKE 'ablate.infinite%'"))
    assert tags == {"ablate.infinite/1/train/loss": "inf"}


def test_thousands_of_metrics_and_params_fit(recorder: MlflowRecorder, rows: Rows) -> None:
    factors = {f"a.f{number}": "1" for number in range(250)}
    run_id = recorder.begin(card(factors=factors))
    recorder.event(run_id, EpochMetrics(1, 5, {f"val/m{n}": float(n) for n in range(2500)}))
    assert rows("SELECT count(*) FROM metrics") == [(2500,)]
    assert len(recorder.results().trials[0].factors) == 250


def test_reconcile_ends_runs_when_they_were_last_seen(
    recorder: MlflowRecorder, mlflow: MlflowClient
) -> None:
    run_id = recorder.begin(card())
    recorder.event(run_id, EPOCHS[0])
    recorder.reconcile(())
    run = mlflow.get_run(run_id)
    assert (run.info.status, run.info.end_time) == ("KILLED", 2_000)
    assert run.data.tags[keys.REASON] == "the driver ended before the trial"


def test_an_adopted_run_has_everything_and_its_source(
    recorder: MlflowRecorder, mlflow: MlflowClient, store: Store, tmp_path: Path
) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "weights").write_bytes(b"0123")
    other = MlflowRecorder(store, "other", clock=lambda: 1_000)
    source = other.begin(card(tags={"version.torch": "1"}))
    for event in (STARTED, *EPOCHS):
        other.event(source, event)
    other.finish(source, FINISHED, folder)

    copy = recorder.adopt(card(name="mine", tags={"version.torch": "2"}))
    assert copy is not None
    run, original = mlflow.get_run(copy), mlflow.get_run(source)
    assert run.data.metrics == original.data.metrics
    assert run.data.tags[keys.SOURCE_RUN] == source
    assert run.data.tags["version.torch"] == "1"  # it was not trained with the present one
    assert run.data.tags[keys.STUDY] == "s"
    assert run.info.end_time - run.info.start_time == original.info.end_time - 1_000
    assert len(mlflow.get_metric_history(copy, "val/accuracy")) == 2
    assert artifact_path(store, copy, "weights").read_bytes() == b"0123"

    third = MlflowRecorder(store, "third").adopt(card())
    assert third is not None
    assert mlflow.get_run(third).data.tags[keys.SOURCE_RUN] in (source, copy)


def test_an_adoption_that_was_killed_is_completed(
    recorder: MlflowRecorder, store: Store, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    play(MlflowRecorder(store, "other"), card())

    def killed(self: RunWriter, *args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(RunWriter, "end", killed)
        with pytest.raises(KeyboardInterrupt):
            recorder.adopt(card())
    assert recorder.results().trials[0].status is Status.RUNNING
    assert rows("SELECT count(DISTINCT run_uuid) FROM metrics") == [(1,)]  # all of it or nothing
    assert MlflowRecorder(store, "s").adopt(card()) is not None
    assert recorder.results().trials[0].status is Status.FINISHED
    assert counts(rows)["runs"] == 2
    ((source, copy),) = rows(
        "SELECT min(n), max(n) FROM (SELECT count(*) AS n FROM metrics GROUP BY run_uuid)"
    )
    assert source == copy > 0


def test_no_secret_is_anywhere_in_the_store(recorder: MlflowRecorder, store: Store) -> None:
    canary = "canary-0815"
    address = f"https://u:{canary}@host/x"
    secret = card(
        factors={"data.token": canary},
        config_yaml=f"data: {{password: {canary}}}",
        tags={"git.remote": address},
    )
    run_id = recorder.begin(secret)
    recorder.finish(run_id, Failed(1, Status.FAILED, f"no {address}", f"Traceback {address}"), None)
    recorder.report(f"| {address} |", {})
    for file in store.root.rglob("*"):
        assert not file.is_file() or canary.encode() not in file.read_bytes(), file


def test_a_busy_store_is_waited_for(
    recorder: MlflowRecorder, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = recorder.begin(card())
    holder = sqlite3.connect(store.database, isolation_level=None, check_same_thread=False)
    holder.execute("BEGIN EXCLUSIVE")
    threading.Timer(0.3, holder.rollback).start()
    recorder.event(run_id, Started(1, "cuda:7", 1, 1, 1))
    assert recorder.results().trials[0].device == "cuda:7"

    monkeypatch.setattr(database, "BUSY_SECONDS_TO_WRITE", 0.05)
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(RecordError, match=r"database is locked\. Another program holds it"):
        recorder.event(run_id, STARTED)
    holder.close()


def test_a_busy_store_is_waited_for_by_mlflow_too(
    recorder: MlflowRecorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mlflow.exceptions import MlflowException
    from mlflow.protos.databricks_pb2 import TEMPORARILY_UNAVAILABLE

    client = recorder._experiment.client
    real, failures = client._client.create_run, iter([True, True])

    def flapping(*args: Any, **kwargs: Any) -> Any:
        if next(failures, False):
            raise MlflowException("database is locked", error_code=TEMPORARILY_UNAVAILABLE)
        return real(*args, **kwargs)

    monkeypatch.setattr(client._client, "create_run", flapping)
    monkeypatch.setattr(client_module, "PAUSES", (0.0, 0.0))
    recorder.begin(card("a"))
    failures = iter([True] * 3)
    with pytest.raises(
        RecordError, match=r"cannot be written: database is locked\. Close programs"
    ):
        recorder.begin(card("b"))


def test_what_mlflow_refuses_is_an_error_of_ours(recorder: MlflowRecorder) -> None:
    with pytest.raises(RecordError, match="MLflow refused a record"):
        recorder._experiment.client.create_run("12345", "name", 1, {})


def test_a_run_that_was_deleted_meanwhile_is_an_error(
    recorder: MlflowRecorder, mlflow: MlflowClient
) -> None:
    run_id = recorder.begin(card())
    mlflow.delete_run(run_id)
    with pytest.raises(RecordError, match=f"no run {run_id} any more.*run the same command again"):
        recorder.event(run_id, STARTED)


def test_tables_of_another_mlflow_are_not_written(
    recorder: MlflowRecorder, store: Store, rows: Rows
) -> None:
    recorder.begin(card())
    rows("UPDATE alembic_version SET version_num = 'ffff'")
    before = store.database.read_bytes()
    with pytest.raises(RecordError, match="made by a newer MLflow"):
        MlflowRecorder(store, "s").reconcile(())
    assert store.database.read_bytes() == before
