from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ablate.metrics.confusion import count
from ablate.metrics.counts import Counts
from ablate.plugins import PluginError, register
from ablate.plugins.registration import registrations
from ablate.registry import overlaid
from ablate.spec.plugins.bases import SECTIONS
from ablate.spec.sections import ModelOptions

COUNTS = Counts(count(np.array([0, 1]), np.array([0, 0]), 2), images=2, loss_sum=3.0, top5_hits=0)


@pytest.mark.parametrize("kind", SECTIONS)
def test_a_class_stays_what_it_is(kind: str) -> None:
    member = type("Mine", (SECTIONS[kind],), {"__module__": __name__})
    with registrations() as found:
        assert register(kind, "mine")(member) is member
    assert found == {(kind, "mine"): member}


def test_outside_of_loading_nothing_is_registered() -> None:
    class Mine(ModelOptions):
        pass

    assert register("model", "mine")(Mine) is Mine
    assert overlaid("model") == {}


def test_a_metric_is_a_function_of_counts() -> None:
    def loss_twice(counts: Counts) -> Any:
        """Twice the loss."""
        return np.float32(2 * counts.loss)

    with registrations() as found:
        register("metric", "twice", direction="min", percent=True, by_class=lambda c: np.ones(2))(
            loss_twice
        )
    metric = found["metric", "twice"]
    assert (metric.name, metric.title, metric.direction) == ("twice", "twice", "min")
    assert (metric.percent, metric.description) == (True, "Twice the loss.")
    assert metric.compute(COUNTS) == 3.0
    assert type(metric.compute(COUNTS)) is float
    assert metric.by_class(COUNTS).tolist() == [1.0, 1.0]


def test_what_cannot_be_a_member_is_refused() -> None:
    with pytest.raises(PluginError, match="unknown kind 'modle'"):
        register("modle", "mine")(ModelOptions)
    with pytest.raises(PluginError, match="loss 'mine' must be a subclass of LossOptions"):
        register("loss", "mine")(ModelOptions)
    with pytest.raises(PluginError, match="metric 'mine' has no direction"):
        register("metric", "mine")(lambda counts: 0.0)
