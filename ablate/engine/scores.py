"""Counts as the named values that are recorded."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ablate.engine.early_stopping import Best
from ablate.metrics.counts import Counts
from ablate.registry import table
from ablate.results import base_metric
from ablate.spec.labels import Labels
from ablate.spec.primary import Primary
from ablate.tasks.task import TaskOptions

#: With more classes than this, values of single classes are left to the per-class tables.
MOST_CLASSES = 100


def split_metrics(
    task: TaskOptions, split: str, counts: Counts, labels: Labels
) -> dict[str, float]:
    """``split/metric`` to value."""
    values = task.score(counts, labels, training=split == "train")
    return {f"{split}/{name}": value for name, value in values.items()}


def final_metrics(
    task: TaskOptions, counts: Mapping[str, Counts], labels: Labels
) -> dict[str, float]:
    """``split/metric`` and, but for ``train``, ``split/metric/class`` to value."""
    values: dict[str, float] = {}
    for split, counted in counts.items():
        values |= split_metrics(task, split, counted, labels)
        if split != "train" and len(labels.classes) <= MOST_CLASSES:
            by_class = task.score_classes(counted, labels)
            values |= {f"{split}/{name}": value for name, value in by_class.items()}
    return values


def averaged_classes(counts: Mapping[str, Counts], labels: Labels) -> dict[str, int]:
    """``averaged_classes/split[@space]``: how many classes the mean IoU of each evaluation is of, for segmentation."""
    found: dict[str, int] = {}
    for split, counted in counts.items():
        if counted.source is None:
            continue
        found[f"averaged_classes/{split}"] = _defined(counted)
        for name, space in labels.spaces.items():
            found[f"averaged_classes/{split}@{name}"] = _defined(counted.within(space))
    return found


def _defined(counts: Counts) -> int:
    return int(np.count_nonzero(~np.isnan(counts.confusion.iou())))


def monitored_value(task: TaskOptions, primary: Primary, val: Counts, labels: Labels) -> float:
    """The primary metric on ``val``; ``nan`` where it is undefined (a class without images)."""
    if primary.label:
        return task.score_classes(val, labels).get(primary.name, float("nan"))
    return task.score(val, labels)[primary.name]


def update_best(
    best: Mapping[str, Best], task: TaskOptions, epoch: int, val: Counts, labels: Labels
) -> dict[str, Best]:
    """The best of each validation metric so far, by the metric's own direction."""
    updated = {}
    for name, value in task.score(val, labels).items():
        maximize = table("metric").get(base_metric(name)).direction == "max"
        before = best.get(f"val/{name}", Best())
        updated[f"val/{name}"] = before.update(epoch, value, maximize=maximize)
    return updated
