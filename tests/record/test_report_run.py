from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mlflow import MlflowClient

from ablate.errors import RecordError
from ablate.record import MlflowRecorder, Store, artifact_path, experiment_id
from ablate.testing.recorder_cases import card, play

Rows = Callable[..., Any]
TABLE = "| row | accuracy |\n|---|---|\n| baseline | 0.5 |\n"


@pytest.fixture
def recorder(store: Store) -> MlflowRecorder:
    ticks = iter(range(1_000, 1_000_000, 1_000))
    return MlflowRecorder(store, "s", "Why?", clock=lambda: next(ticks))


@pytest.fixture
def mlflow(store: Store) -> MlflowClient:
    return MlflowClient(tracking_uri=store.tracking_uri)


def report_run(rows: Rows) -> str:
    ((run_id,),) = rows("SELECT run_uuid FROM runs WHERE name = 'report'")
    return str(run_id)


def test_the_table_is_the_experiments_description(
    recorder: MlflowRecorder, mlflow: MlflowClient, store: Store, rows: Rows, tmp_path: Path
) -> None:
    (tmp_path / "figure.png").write_bytes(b"png")
    play(recorder, card())
    files: dict[str, bytes | Path] = {
        "table.md": TABLE.encode(),
        "figures/a.png": tmp_path / "figure.png",
    }
    recorder.report(TABLE, files)
    experiment = mlflow.get_experiment(experiment_id(store, "s") or "")
    run = mlflow.get_run(report_run(rows))
    assert experiment.tags["mlflow.note.content"] == TABLE
    assert run.data.tags["mlflow.note.content"] == TABLE
    assert run.info.status == "FINISHED"
    assert artifact_path(store, run.info.run_id, "table.md").read_text() == TABLE
    assert artifact_path(store, run.info.run_id, "figures/a.png").read_bytes() == b"png"


def test_the_same_report_again_writes_nothing(
    recorder: MlflowRecorder, store: Store, rows: Rows
) -> None:
    recorder.report(TABLE, {"table.md": b"1"})
    before = store.database.read_bytes()
    recorder.report(TABLE, {"table.md": b"1"})
    later = MlflowRecorder(store, "s")
    later.report(TABLE, {"table.md": b"1"})
    assert store.database.read_bytes() == before
    assert "client" not in later._experiment.__dict__  # MLflow was not needed


def test_another_report_takes_the_place_of_the_first_and_comes_first(
    recorder: MlflowRecorder, mlflow: MlflowClient, store: Store, rows: Rows
) -> None:
    recorder.report(TABLE, {"table.md": b"1"})
    play(recorder, card())
    recorder.report(TABLE + "| b | 0.6 |\n", {"table.md": b"2"})
    run_id = report_run(rows)
    assert artifact_path(store, run_id, "table.md").read_bytes() == b"2"
    listed = mlflow.search_runs([experiment_id(store, "s") or ""])
    assert [run.info.run_name for run in listed] == ["report", "a, seed 0"]


def test_a_report_that_was_killed_is_written_again(
    recorder: MlflowRecorder, rows: Rows, mlflow: MlflowClient
) -> None:
    recorder.report(TABLE, {})
    rows("UPDATE runs SET status = 'RUNNING'")
    recorder.report(TABLE, {})
    assert mlflow.get_run(report_run(rows)).info.status == "FINISHED"
    assert recorder.reconcile(()) == ()


def test_a_long_table_is_cut_between_rows_and_says_where_it_is_whole(
    recorder: MlflowRecorder, mlflow: MlflowClient, store: Store, rows: Rows
) -> None:
    table = TABLE + "| another row | 0.25 |\n" * 2_000
    recorder.report(table, {"table.md": table.encode()})
    note = mlflow.get_experiment(experiment_id(store, "s") or "").tags["mlflow.note.content"]
    assert 19_900 < len(note) <= 20_000
    assert note.endswith(
        "| another row | 0.25 |\n\n*Shortened: everything is in the artifacts of the run 'report'.*"
    )
    assert 7_900 < len(mlflow.get_run(report_run(rows)).data.tags["mlflow.note.content"]) <= 8_000


def test_file_names_stay_inside(recorder: MlflowRecorder, rows: Rows) -> None:
    with pytest.raises(RecordError, match="leads outside"):
        recorder.report(TABLE, {"../table.md": b""})
    assert rows("SELECT count(*) FROM runs") == [(0,)]
