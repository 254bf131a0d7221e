"""``columns`` and ``per_class``: how they are written, and what a study of a task may name in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from ablate.plan.compile import compile_plan
from ablate.spec.columns import ClassMetrics, Layout, TableColumn
from ablate.spec.resolution import validate
from ablate.spec.stages import resolve
from ablate.spec.study import Header, read_draft

TRAINING = """
study: demo
task: classification
data: {name: digits}
model: {name: basenet}
optimizer: {name: adam}
primary: val/accuracy
seeds: 1
ablations:
  rates: {design: grid, factors: {optimizer.lr: [0.1, 0.01]}}
"""
SCRIPT = """
study: demo
task: {name: command, run: [python, train.py]}
primary: val/accuracy
ablations:
  rates: {design: grid, factors: {params.lr: [0.1, 0.01]}}
"""


def problems(tmp_path: Path, extra: str, base: str = TRAINING) -> list[str]:
    file = tmp_path / "study.yaml"
    file.write_text(base + extra, encoding="utf-8")
    draft = read_draft(file)
    return [f"{item.path} {item.message}. {item.remedy}" for item in draft.problems]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("val/miou", ["val/miou"]),
        ("val/miou@three", ["val/miou@three"]),
        ("val/pixel_ap / val/miou", ["val/pixel_ap", "val/miou"]),
        ("val/iou/car / truck", ["val/iou/car / truck"]),
        ("val/iou/car / truck / test/miou", ["val/iou/car / truck", "test/miou"]),
    ],
)
def test_a_column_holds_one_metric_or_two(text: str, names: list[str]) -> None:
    column = TableColumn.model_validate(text)
    assert [metric.metric for metric in column.metrics] == names


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("miou", "not split/metric"),
        ("dev/miou", "not split/metric"),
        ("val/", "not split/metric"),
        ("val/pixel_ap/val/miou", "not one metric"),
        ("val/pixel_ap /val/miou", "not one metric"),
        ("val/a / val/b / val/c", "room for two"),
        (3, "must be the name of a metric"),
        ({"text": "val/miou"}, "must be the name of a metric"),
    ],
)
def test_a_column_that_is_written_wrongly(text: Any, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        TableColumn.model_validate(text)


@pytest.mark.parametrize(
    ("text", "recorded"),
    [
        ("train_time", ["train_duration_s"]),
        ("epochs_run / patience / best_epoch", ["epochs_run", "", "best_epoch"]),
    ],
)
def test_a_column_holds_up_to_three_properties(text: str, recorded: list[str]) -> None:
    column = TableColumn.model_validate(text)
    assert [one.recorded for one in column.properties] == recorded
    assert column.metrics == ()


@pytest.mark.parametrize("text", ["val/iou", "iou@three", "pixel_ap/iou", "pixel_ap /iou", ""])
def test_metrics_of_classes_have_neither_split_nor_space(text: str) -> None:
    with pytest.raises(ValidationError, match="not the name of a metric alone"):
        ClassMetrics.model_validate(text)


def test_the_layout_names_every_metric_of_the_columns() -> None:
    columns = ("val/pixel_ap / val/miou", "test/dice")
    layout = Layout(tuple(map(TableColumn.model_validate, columns)))
    names = [metric.metric for metric in layout.metrics]
    assert names == ["val/pixel_ap", "val/miou", "test/dice"]


def test_a_metric_that_stands_twice_is_a_mistake() -> None:
    header, mistakes = validate(Header, {"study": "s", "columns": ("val/miou", "val/miou")})
    assert header is None
    assert mistakes[0][0] == ("columns",)
    assert "stands twice" in mistakes[0][1]


def test_unknown_metrics_name_the_nearest(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, "columns: [val/macro_f1, val/acuracy]\n")
    assert found.startswith("$.columns[1] unknown metric 'acuracy'")
    assert "accuracy" in found.partition("Did you mean")[2]


def test_a_column_is_judged_as_the_primary_metric_would_be(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, "columns: [val/miou]\n")
    assert "the task classification does not record 'miou'" in found
    (found,) = problems(tmp_path, "columns: [val/accuracy@three]\n")
    assert "there is no label space 'three'" in found


def test_per_class_metrics_must_be_of_classes_and_of_the_task(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, "per_class: [loss]\n")
    assert (
        found == "$.per_class[0] there is no loss of a single class. Metrics of a class: accuracy"
    )
    (found,) = problems(tmp_path, "per_class: [iou]\n")
    assert "does not record 'iou'" in found
    assert problems(tmp_path, "per_class: [accuracy]\n") == []


def test_a_script_may_name_metrics_of_its_own(tmp_path: Path) -> None:
    extra = "columns: [val/nms_hits, val/a / val/b]\nper_class: [nms_hits]\n"
    assert problems(tmp_path, extra, SCRIPT) == []


def test_a_typo_is_found_beside_mistakes_of_the_sections(tmp_path: Path) -> None:
    found = problems(tmp_path, "columns: [val/acuracy]\ntrain: {epochs: 0}\n")
    assert len(found) == 2


def test_neither_changes_an_identity(tmp_path: Path) -> None:
    file = tmp_path / "study.yaml"

    def keys(extra: str) -> set[str]:
        file.write_text(TRAINING + extra, encoding="utf-8")
        return set(compile_plan(read_draft(file)).conditions)

    assert keys("columns: [val/macro_f1]\nper_class: [accuracy]\n") == keys("")


def test_segmentation_knows_its_own_metrics() -> None:
    from ablate.spec.columns import unsuited_layout
    from ablate.spec.config import TrialConfig
    from ablate.tasks.segmentation import Segmentation

    config, _ = resolve(
        {
            "task": {"name": "classification"},
            "data": {"name": "digits"},
            "model": {"name": "basenet"},
            "optimizer": {"name": "adam"},
            "primary": "val/accuracy",
        }
    )
    assert isinstance(config, TrialConfig)
    config = config.model_copy(update={"task": Segmentation(pixel_ap=False)})
    layout = Layout(
        (TableColumn.model_validate("val/pixel_ap / val/miou"),),
        (ClassMetrics.model_validate("pixel_ap / iou"), ClassMetrics.model_validate("miou")),
    )
    found = {place: message for place, message, _ in unsuited_layout(layout, TrialConfig, config)}
    assert "does not record 'pixel_ap'" in found["columns", 0]
    assert "does not record 'pixel_ap'" in found["per_class", 0]
    assert found["per_class", 1] == "there is no mIoU of a single class"
