from __future__ import annotations

import pytest
import torch

from ablate.registry import table
from ablate.spec.labels import plain_labels
from ablate.tasks import TABLE
from ablate.tasks.classification import Classification
from ablate.tasks.task import TaskOptions


def scored(classes: int) -> dict[str, float]:
    task = Classification()
    labels = plain_labels([f"c{number}" for number in range(classes)])
    tally = task.tally(labels, "cpu")
    target = torch.arange(classes)
    logits = torch.eye(classes)
    tally.add(logits, target, task.loss(torch.nn.CrossEntropyLoss(), logits, target))
    return task.score(tally.compute(), labels)


def test_every_metric_it_names_is_registered() -> None:
    tasks = [TABLE.get(name) for name in TABLE.names()]
    for task in tasks:
        if issubclass(task, TaskOptions):
            assert set(task().metrics()) <= set(table("metric").names())


def test_perfect_logits_score_one() -> None:
    scores = scored(7)
    assert scores.pop("loss") == pytest.approx(1.1656, abs=1e-3)
    assert set(scores.values()) == {1.0}
    assert "top5_accuracy" in scores


def test_top5_is_left_out_where_it_means_nothing() -> None:
    assert "top5_accuracy" not in scored(5)


def test_classes_without_images_have_no_value() -> None:
    task = Classification()
    labels = plain_labels(("T-shirt/top", "bag", "coat"))
    tally = task.tally(labels, "cpu")
    tally.add(torch.eye(3)[:2], torch.tensor([0, 0]), torch.tensor(0.0))
    values = task.score_classes(tally.compute(), labels)
    assert values == {"accuracy/T-shirt/top": 0.5}


def test_names_list_metrics_and_metrics_of_classes() -> None:
    names = Classification().names(plain_labels(("cat", "dog")))
    assert "macro_f1" in names
    assert "accuracy/dog" in names
    assert "macro_f1/dog" not in names
    assert "top5_accuracy" not in names
