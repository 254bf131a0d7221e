# ruff: noqa: S608 - queries of fixed text
from __future__ import annotations

import math
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from mlflow import MlflowClient

from ablate.errors import RecordError
from ablate.record import (
    MlflowRecorder,
    Store,
    artifact_path,
    experiment_id,
    find_finished,
    keys,
    read_results,
    read_run,
    schema,
)
from ablate.record.reader import studies
from ablate.results import ResultSet, Status
from ablate.testing.recorder_cases import FAILED, FINISHED, card, comparable, play


@pytest.fixture
def recorded(store: Store) -> Store:
    """Two studies, with every status and with odd names and values."""
    recorder = MlflowRecorder(store, "s")
    odd = {"test/nan": math.nan, "test/inf": math.inf, "test/iou/" + "x" * 300: 0.25}
    play(recorder, card("a"), replace(FINISHED, final={**FINISHED.final, **odd}))
    play(recorder, card("b"), replace(FAILED, status=Status.DIVERGED))
    recorder.begin(card("c"))
    recorder.reconcile(())
    recorder.begin(card("d", factors={"p[0]": "1"}))
    recorder.report("| table |", {})
    play(MlflowRecorder(store, "other"), card("e"))
    return store


def test_a_store_that_does_not_exist_is_empty(tmp_path: Path) -> None:
    store = Store(tmp_path / "none")
    assert read_results(store, "s") == ResultSet("s", ())
    assert experiment_id(store, "s") is None
    assert find_finished(store, ["a0"]) == {}
    assert not store.root.exists()


def test_a_study_that_never_ran_is_empty(recorded: Store) -> None:
    assert len(read_results(recorded, "none")) == 0
    assert experiment_id(recorded, "none") is None


def test_both_readers_read_the_same(recorded: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    fast = read_results(recorded, "s")
    monkeypatch.setattr(schema, "KNOWN_REVISION", "another")
    slow = read_results(recorded, "s")
    assert comparable(slow) == comparable(fast)
    assert [(t.run_id, t.start_ms) for t in slow] == [(t.run_id, t.start_ms) for t in fast]
    assert len(fast) == 4
    assert len(read_results(recorded, "none")) == 0


def test_tables_of_another_mlflow_are_an_error_not_a_migration(
    recorded: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(sqlite3.connect(recorded.database)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'ffff'")
        connection.commit()
    before = recorded.database.read_bytes()
    with pytest.raises(RecordError, match="made by a newer MLflow"):
        read_results(recorded, "s")
    with pytest.raises(RecordError, match="made by a newer MLflow"):
        find_finished(recorded, ["a0"])
    assert recorded.database.read_bytes() == before


def test_studies_are_the_experiments_without_mlflows_own(recorded: Store, tmp_path: Path) -> None:
    found = studies(recorded)
    assert list(found) == ["s", "other"]
    assert found["other"] == experiment_id(recorded, "other")
    assert studies(Store(tmp_path / "none")) == {}


def test_runs_deleted_in_mlflow_are_left_out(recorded: Store) -> None:
    client = MlflowClient(tracking_uri=recorded.tracking_uri)
    deleted = read_results(recorded, "s").by_identity()["a0"].run_id
    client.delete_run(deleted)
    assert "a0" not in read_results(recorded, "s").by_identity()
    assert find_finished(recorded, ["a0"]) == {}
    with pytest.raises(RecordError, match=rf"has no run '{deleted}'"):
        read_run(recorded, deleted)


def test_a_deleted_experiment_is_empty_and_cannot_be_recorded_into(recorded: Store) -> None:
    client = MlflowClient(tracking_uri=recorded.tracking_uri)
    found = experiment_id(recorded, "other")
    client.delete_experiment(found or "")
    assert len(read_results(recorded, "other")) == 0
    with pytest.raises(RecordError, match=rf"was deleted.*restore --experiment-id {found}"):
        MlflowRecorder(recorded, "other").begin(card())


def test_one_run(recorded: Store) -> None:
    for trial in read_results(recorded, "s"):
        again = read_run(recorded, trial.run_id)
        assert comparable(ResultSet("s", (again,))) == comparable(ResultSet("s", (trial,)))


def test_finished_trials_are_found_in_every_study(recorded: Store) -> None:
    many = [f"{letter}{number}" for letter in "abcdef" for number in range(300)]
    found = find_finished(recorded, many)
    assert {identity: study for identity, (study, _) in found.items()} == {"a0": "s", "e0": "other"}
    assert read_run(recorded, found["e0"][1]).status is Status.FINISHED


def test_artifacts(recorded: Store) -> None:
    run_id = read_results(recorded, "s").by_identity()["a0"].run_id
    assert artifact_path(recorded, run_id, "config.yaml").read_text() == card().config_yaml
    assert artifact_path(recorded, run_id, keys.CLASSES_FILE).read_text() == '["AP[car] @ #1"]'
    with pytest.raises(RecordError, match=r"has no artifact .none\.json."):
        artifact_path(recorded, run_id, "none.json")
    with pytest.raises(RecordError, match="leads outside"):
        artifact_path(recorded, run_id, "../../../../mlflow.db")
    with pytest.raises(RecordError, match="has no run 'nobody'"):
        artifact_path(recorded, "nobody", "config.yaml")


def test_reading_does_not_import_mlflow(recorded: Store) -> None:
    code = (
        "import sys; from pathlib import Path; from ablate.record import *;"
        f"store = Store(Path({str(recorded.root)!r}));"
        "run = read_results(store, 's').trials[0].run_id;"
        "read_run(store, run), artifact_path(store, run, 'config.yaml');"
        "recorder = MlflowRecorder(store, 'other'); recorder.reconcile(());"
        "recorder.results(), find_finished(store, ['a0']), ui_command(store);"
        "print({'mlflow', 'torch', 'pandas', 'sqlalchemy'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def _copies(rows: Callable[..., Any], run_id: str, count: int) -> None:
    """Multiply a run, by SQL: every copy its own identity."""
    numbers = f"(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<{count}) SELECT i FROM n)"
    rows(
        f"""INSERT INTO runs (run_uuid, name, status, start_time, lifecycle_stage, experiment_id)
             SELECT 'r' || i, name, status, start_time, lifecycle_stage, experiment_id
             FROM runs, {numbers} WHERE run_uuid = ?""",
        run_id,
    )
    for table in ("params", "tags"):
        rows(
            f"""INSERT INTO {table} (key, value, run_uuid)
                 SELECT key, value || iif(key = 'ablate.identity', i, ''), 'r' || i
                 FROM {table}, {numbers} WHERE run_uuid = ?""",
            run_id,
        )
    rows(
        f"""INSERT INTO latest_metrics (key, value, timestamp, step, is_nan, run_uuid)
             SELECT key, value, timestamp, step, is_nan, 'r' || i
             FROM latest_metrics, {numbers} WHERE run_uuid = ?""",
        run_id,
    )


def test_thousands_of_trials_are_read(store: Store, rows: Callable[..., Any]) -> None:
    metrics = {f"{split}/m{number}": 0.5 for split in ("val", "test") for number in range(10)}
    run_id = play(MlflowRecorder(store, "s"), card(), replace(FINISHED, final=metrics))
    _copies(rows, run_id, 2000)
    results = read_results(store, "s")
    found = find_finished(store, [trial.identity for trial in results])
    assert len(results) == len(found) == 2001
    assert results.trials[-1].metrics == metrics
