"""What a person finds after a study has run."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_digits

import ablate
from ablate.results import Status

from .conftest import Workplace


def test_every_planned_trial_ran_once(finished: Workplace) -> None:
    study = ablate.Study(finished.study, store=finished.store)
    results = study.results()
    assert len(results) == len(study.plan.trials) == 4
    assert {item.status for item in results} == {Status.FINISHED}
    assert len({item.identity for item in results}) == 4


def test_running_again_trains_nothing_and_prints_the_same_table(finished: Workplace) -> None:
    before = (finished.store / "mlflow.db").read_bytes()
    again = finished.ablate("run", "study.yaml")
    assert again.stdout == (finished.folder / "first.md").read_text()
    assert "4 of 4 trials were there already" in again.stderr
    assert "trained" not in again.stderr
    assert (finished.store / "mlflow.db").read_bytes() == before


def test_table_command_prints_what_run_printed(finished: Workplace) -> None:
    assert (
        finished.ablate("table", "study.yaml").stdout == (finished.folder / "first.md").read_text()
    )


def test_csv_holds_the_means_of_the_records(finished: Workplace) -> None:
    text = finished.ablate("table", "study.yaml", "--format", "csv").stdout
    rows = [row for row in csv.DictReader(io.StringIO(text)) if row["metric"] == "val/accuracy"]
    assert [row["row"] for row in rows] == ["baseline", "Batch norm"]
    frame = ablate.frame(finished.study, store=str(finished.store))
    for row in rows:
        values = frame[frame["name"].str.startswith(f"{row['row']}, seed")]["val/accuracy"]
        assert float(row["mean"]) == pytest.approx(float(np.mean(values)), rel=1e-11)


def test_the_frame_has_factors_metrics_and_measures(finished: Workplace) -> None:
    frame = ablate.frame(finished.study, store=str(finished.store))
    assert set(frame["model.batch_norm"]) == {"true", "false"}
    assert frame["val/accuracy"].between(0.1, 1).all()
    assert (frame["duration_s"] > 0).all()
    assert (frame["epochs_run"] == 2).all()


def test_the_confusion_matrix_adds_up_to_the_recorded_accuracy(finished: Workplace) -> None:
    for item in ablate.Study(finished.study, store=finished.store).results():
        artifacts = next((finished.store / "artifacts").rglob(f"{item.run_id}/artifacts"))
        matrix = json.loads((artifacts / "confusion" / "val.json").read_text())
        counts = np.asarray(matrix["counts"])
        assert counts.sum() == round(0.3 * len(load_digits().target))
        assert np.trace(counts) / counts.sum() == item.metrics["val/accuracy"]
        assert (artifacts / "confusion" / "val.png").read_bytes()[:4] == b"\x89PNG"
        for name in ("config.yaml", "model.txt", "architecture.md", "weights.safetensors"):
            assert (artifacts / name).stat().st_size > 0


def test_mlflow_alone_can_read_it(finished: Workplace) -> None:
    from mlflow import MlflowClient

    client = MlflowClient(f"sqlite:///{finished.store}/mlflow.db")
    experiment = client.get_experiment_by_name("small")
    assert experiment is not None
    assert "Batch norm" in experiment.tags["mlflow.note.content"]
    runs = client.search_runs([experiment.experiment_id])
    trials = [run for run in runs if run.info.run_name != "report"]
    assert sorted(run.info.run_name or "" for run in trials) == [
        "Batch norm, seed 0",
        "Batch norm, seed 1",
        "baseline, seed 0",
        "baseline, seed 1",
    ]
    for run in trials:
        assert run.info.status == "FINISHED"
        assert run.info.end_time >= run.info.start_time
        history = client.get_metric_history(run.info.run_id, "val/accuracy")
        assert [point.step for point in history] == [1, 2]
        assert run.data.metrics["final/val/accuracy"] == history[-1].value
        assert run.data.params["model.batch_norm"] in ("true", "false")


def test_optuna_alone_can_read_it(finished: Workplace) -> None:
    import optuna
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    journal = finished.store / "optuna" / "small.journal"
    storage = JournalStorage(JournalFileBackend(str(journal)))
    (summary,) = optuna.get_all_study_summaries(storage)
    study = optuna.load_study(study_name=summary.study_name, storage=storage)
    assert [trial.state.name for trial in study.trials] == ["COMPLETE"] * 4
    assert all(len(trial.intermediate_values) == 2 for trial in study.trials)
    assert {trial.params["model.batch_norm"] for trial in study.trials} == {True, False}


def test_nothing_is_left_of_finished_trials(finished: Workplace) -> None:
    assert list((finished.store / "trials").rglob("events.jsonl")) == []


def test_status_and_plan(finished: Workplace) -> None:
    assert "4 finished" in finished.ablate("status", "study.yaml").stdout
    plan = finished.ablate("plan", "study.yaml", "--set", "seeds=3").stdout
    assert "2/3" in plan
    assert "6 trials, 2 to run. About" in plan


def test_show_prints_the_network_and_its_parameters(finished: Workplace) -> None:
    text = finished.ablate("show", "study.yaml", "Batch norm").stdout
    assert "batch_norm: true" in text
    assert "BatchNorm2d(4" in text
    assert "| " in text


def test_the_table_needs_no_data(finished: Workplace, tmp_path: Path) -> None:
    """Records alone make the table, on a machine that has no data."""
    text = finished.study.read_text().replace("name: digits", "name: image-folder, path: gone")
    (finished.folder / "gone.yaml").write_text(text)
    out = finished.ablate("table", "gone.yaml").stdout
    assert "0/2" in out


def test_the_store_has_no_running_run(finished: Workplace) -> None:
    with sqlite3.connect(finished.store / "mlflow.db") as connection:
        (count,) = connection.execute(
            "select count(*) from runs where status != 'FINISHED'"
        ).fetchone()
    assert count == 0
