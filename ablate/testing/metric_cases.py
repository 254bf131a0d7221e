"""The contract of every metric; a metric of one's own passes :func:`check_metric` as well."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from ablate.metrics.confusion import ConfusionMatrix, count
from ablate.metrics.counts import Counts
from ablate.metrics.metric import Metric

_CLASSES = 7


def check_metric(name: str, metric: Metric) -> None:
    """Check ``metric``, registered as ``name``.

    Raises:
        AssertionError: it breaks the contract.
    """
    assert metric.name == name
    assert metric.direction in ("max", "min")
    assert metric.title
    assert metric.description
    assert metric.compute is not None or metric.by_class is not None
    if metric.compute is not None:
        _check_values(metric, metric.compute)
    _check_classes(metric)


def _check_values(metric: Metric, compute: Callable[[Counts], float]) -> None:
    perfect, random = _counts(error_rate=0.0), _counts(error_rate=0.6)
    assert math.isnan(compute(_empty())), "a split without images has no value"
    if metric.direction == "max":
        assert compute(perfect) > compute(random)
    else:
        assert compute(perfect) < compute(random)
    if metric.percent:
        assert compute(perfect) == 1.0
        assert 0.0 <= compute(random) <= 1.0


def _check_classes(metric: Metric) -> None:
    if metric.by_class is None:
        return
    values = metric.by_class(_counts(error_rate=0.6))
    assert values.shape == (_CLASSES,)
    assert np.isnan(metric.by_class(_empty())).all(), "a class without images has no value"


def _empty() -> Counts:
    none = np.full(_CLASSES, np.nan)
    return Counts(ConfusionMatrix.empty(_CLASSES), images=0, loss_sum=0.0, pixel_ap=none)


def _counts(error_rate: float) -> Counts:
    generator = np.random.default_rng(0)
    target = generator.integers(0, _CLASSES, 200)
    wrong = generator.random(200) < error_rate
    prediction = np.where(wrong, (target + 1) % _CLASSES, target)
    return Counts(
        confusion=count(target, prediction, _CLASSES),
        images=200,
        loss_sum=float(1 + wrong.sum()),
        top5_hits=200 - int(wrong.sum()) // 2,
        pixel_ap=np.full(_CLASSES, 1.0 - wrong.mean()),
        projection_std=1.0 - float(wrong.mean()),
    )
