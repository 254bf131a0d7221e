"""Metrics of a study's plugins are recorded beside the task's own."""

from __future__ import annotations

import numpy as np
import pytest

from ablate.engine.scores import final_metrics, monitored_value, update_best
from ablate.metrics.confusion import count
from ablate.metrics.counts import Counts
from ablate.metrics.metric import Metric
from ablate.registry import overlay
from ablate.spec.labels import plain_labels
from ablate.spec.primary import Primary
from ablate.tasks.classification import Classification

LABELS = plain_labels(("a", "b"))
COUNTS = Counts(count(np.array([0, 1, 1]), np.array([0, 1, 0]), 2), 3, loss_sum=3.0, top5_hits=0)
ERRORS = Metric(
    name="errors",
    direction="min",
    title="errors",
    compute=lambda counts: float(counts.images - counts.confusion.counts.trace()),
    by_class=lambda counts: counts.confusion.support - np.diagonal(counts.confusion.counts),
)


@pytest.fixture
def task() -> Classification:
    return Classification()


def test_they_are_computed_for_every_split(task: Classification) -> None:
    assert "errors" not in task.score(COUNTS, LABELS)
    with overlay({("metric", "errors"): ERRORS}):
        for training in (False, True):
            assert task.score(COUNTS, LABELS, training=training)["errors"] == 1.0
        values = final_metrics(task, {"train": COUNTS, "val": COUNTS, "test": COUNTS}, LABELS)
        assert task.names(LABELS)[-2:] == ("errors/a", "errors/b")
    assert {f"{split}/errors" for split in ("train", "val", "test")} <= values.keys()
    assert (values["val/errors/a"], values["val/errors/b"]) == (0.0, 1.0)


def test_they_may_steer_training(task: Classification) -> None:
    with overlay({("metric", "errors"): ERRORS}):
        primary = Primary.model_validate("val/errors")
        assert not primary.maximize
        assert monitored_value(task, primary, COUNTS, LABELS) == 1.0
        assert update_best({}, task, 1, COUNTS, LABELS)["val/errors"].value == 1.0
    assert primary.info.title == "errors"
    assert primary.unknown is None
