from __future__ import annotations

from pathlib import Path

import pytest

from ablate.record import MlflowRecorder, Store
from ablate.record.inventory import DROPPED, WEIGHTS, damages, deleted_runs, recorded_runs
from ablate.results import Status
from ablate.testing.recorder_cases import FAILED, card, play

from .conftest import Rows


def test_every_run_with_its_epochs_and_its_folder(store: Store) -> None:
    recorder = MlflowRecorder(store, "s")
    first = play(recorder, card("a"))
    play(recorder, card("b"), FAILED)
    recorder.report("# table", {})
    runs = {run.row.run_id: run for run in recorded_runs(store, "s")}
    assert len(runs) == 2
    assert runs[first].row.status is Status.FINISHED
    assert runs[first].epochs == {1, 2}
    assert runs[first].artifacts == store.artifacts / "s" / first / "artifacts"
    assert not runs[first].dropped
    recorder.tag(first, {DROPPED: WEIGHTS})
    assert {run.row.run_id for run in recorded_runs(store, "s") if run.dropped} == {first}


def test_nothing_recorded(store: Store, tmp_path: Path) -> None:
    assert recorded_runs(store, "s") == ()
    assert recorded_runs(Store(tmp_path / "none"), "s") == ()
    assert deleted_runs(Store(tmp_path / "none")) == {}
    assert deleted_runs(store) == {}


def test_artifacts_of_another_machine(store: Store, rows: Rows) -> None:
    play(MlflowRecorder(store, "s"), card())
    rows("UPDATE runs SET artifact_uri = 's3://bucket/x'")
    assert [run.artifacts for run in recorded_runs(store, "s")] == [None]


def test_deleted_runs_are_apart(store: Store) -> None:
    from mlflow import MlflowClient

    recorder = MlflowRecorder(store, "s")
    kept, gone = play(recorder, card("a")), play(recorder, card("b"))
    MlflowClient(store.tracking_uri).delete_run(gone)
    assert [run.row.run_id for run in recorded_runs(store, "s")] == [kept]
    assert deleted_runs(store) == {"s": [store.artifacts / "s" / gone / "artifacts"]}


@pytest.mark.parametrize("content", [b"", b"x" * 10_000])
def test_a_damaged_database_is_said_and_not_raised(store: Store, content: bytes) -> None:
    assert damages(store) == ()
    if content:
        store.database.write_bytes(content)
        assert len(damages(store)) == 1
