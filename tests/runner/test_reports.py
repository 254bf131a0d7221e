"""Reports of a script as events, over several attempts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ablate.errors import Diverged, TrialError
from ablate.events import EventWriter, read_events
from ablate.progress.channel import ProgressWriter, read_progress
from ablate.results import EpochMetrics, Started
from ablate.runner.event_log import EventLog, spent_s
from ablate.runner.metric_rules import checked_metrics
from ablate.runner.reports import Reports
from ablate.spec.script_config import ScriptConfig


def reports(folder: Path, primary: Any = "val/accuracy", epochs: int | None = 4) -> Reports:
    task = {"name": "python", "entry": "a:b", "epochs": epochs}
    config = ScriptConfig.model_validate({"task": task, "primary": primary})
    return Reports(
        config, EventLog(folder / "events.jsonl"), ProgressWriter(folder / "progress"), 0
    )


def epoch(number: int, **metrics: float) -> dict[str, Any]:
    return {"epoch": number, "metrics": {name.replace("_", "/"): v for name, v in metrics.items()}}


def recorded(folder: Path) -> list[int]:
    return [e.epoch for e in read_events(folder / "events.jsonl") if isinstance(e, EpochMetrics)]


def test_epochs_are_on_disk_at_once_and_move_the_display(tmp_path: Path) -> None:
    taker = reports(tmp_path)
    taker.take(epoch(1, train_loss=0.5))
    assert recorded(tmp_path) == [1]
    progress = read_progress(tmp_path / "progress")
    assert progress is not None
    assert (progress.epoch, progress.fraction, progress.loss) == (1, 0.25, 0.5)


def test_the_bests_are_those_of_all_attempts(tmp_path: Path) -> None:
    first = reports(tmp_path, {"metric": "val/mine", "direction": "min"})
    first.take(epoch(1, val_accuracy=0.9, val_mine=2.0, val_other=1.0, train_loss=1.0))
    first.take(epoch(2, val_accuracy=0.5, val_mine=1.0))
    second = reports(tmp_path, {"metric": "val/mine", "direction": "min"})
    second.take(epoch(2, val_accuracy=1.0, val_mine=0.0))  # recorded already
    second.take(epoch(3, val_accuracy=float("nan"), val_mine=3.0))
    second.take({"final": {"val/mine": 3.0}})
    result = second.result(peak_memory_bytes=5)
    assert result.best == {"val/accuracy": 0.9, "val/mine": 1.0}
    assert (result.measured["epochs_run"], result.measured["peak_memory_bytes"]) == (3, 5)
    assert recorded(tmp_path) == [1, 2, 3]


def test_a_script_without_epochs_has_none(tmp_path: Path) -> None:
    taker = reports(tmp_path, epochs=None)
    taker.take({"final": {"val/accuracy": 1}})
    assert "epochs_run" not in taker.result(0).measured


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), float("nan"), 10**400])
def test_a_result_that_is_not_finite_has_diverged(tmp_path: Path, value: float) -> None:
    taker = reports(tmp_path)
    taker.take({"final": {"val/accuracy": value}})
    with pytest.raises(Diverged):
        taker.result(0)


@pytest.mark.parametrize("value", [-0.01, 1.01, 91.2])
def test_ratios_are_not_percentages(value: float) -> None:
    with pytest.raises(TrialError, match="is a ratio, from 0 to 1"):
        checked_metrics({"val/accuracy/cat": value})


def test_ratios_may_be_rounded_and_other_metrics_are_free() -> None:
    values = {"val/accuracy": 1.0000001, "val/loss": 91.2, "test/mine": -3, "test/mine/a/b": 1e300}
    assert checked_metrics(values) == values


@pytest.mark.parametrize(
    "name",
    [
        "accuracy",
        "valid/accuracy",
        "val",
        "val/",
        "/accuracy",
        "val//a",
        "val/a\nb",
        "val/" + "a" * 200,
        "",
    ],
)
def test_names_follow_the_rule(name: str) -> None:
    with pytest.raises(TrialError, match="names are split/metric"):
        checked_metrics({name: 0.5})


def test_the_time_between_attempts_does_not_count(tmp_path: Path) -> None:
    writer = EventWriter(tmp_path / "events.jsonl")
    for event in (
        Started(1_000, "cpu", 0, 0, 3),
        EpochMetrics(1, 2_000, {}),
        EpochMetrics(2, 4_500, {}),
        Started(100_000, "cpu", 0, 0, 3),
        EpochMetrics(3, 100_500, {}),
        Started(200_000, "cpu", 0, 0, 3),
    ):
        writer.write(event)
    log = EventLog(tmp_path / "events.jsonl")
    assert spent_s(log.earlier) == 4.0
    assert log.attempt == 4
