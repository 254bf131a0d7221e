from __future__ import annotations

import numpy as np
import pytest

from ablate.engine.scores import MOST_CLASSES, final_metrics, update_best
from ablate.metrics.confusion import count
from ablate.metrics.counts import Counts
from ablate.spec.labels import plain_labels
from ablate.tasks.classification import Classification

TASK = Classification()
LABELS = plain_labels("abcdef")


def counts(correct: int, classes: int = 6, loss: float = 1.0) -> Counts:
    target = np.arange(classes)
    prediction = np.where(target < correct, target, (target + 1) % classes)
    matrix = count(target, prediction, classes)
    return Counts(matrix, images=classes, loss_sum=loss * classes, top5_hits=classes)


@pytest.mark.parametrize(("classes", "named"), [(MOST_CLASSES, True), (MOST_CLASSES + 1, False)])
def test_too_many_classes_have_no_values_of_their_own(classes: int, named: bool) -> None:
    labels = plain_labels([f"c{number}" for number in range(classes)])
    values = final_metrics(TASK, {"test": counts(3, classes)}, labels)
    assert values["test/accuracy"] == pytest.approx(3 / classes)
    assert ("test/accuracy/c2" in values) == named


def test_each_metric_is_best_in_its_own_direction() -> None:
    best = update_best({}, TASK, 1, counts(correct=2, loss=0.5), LABELS)
    best = update_best(best, TASK, 2, counts(correct=4, loss=0.9), LABELS)
    best = update_best(best, TASK, 3, counts(correct=3, loss=0.7), LABELS)
    assert (best["val/accuracy"].epoch, best["val/loss"].epoch) == (2, 1)
    assert best["val/loss"].value == pytest.approx(0.5)
