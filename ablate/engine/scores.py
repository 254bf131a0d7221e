"""Counts as the named values that are recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ablate.engine.early_stopping import Best
from ablate.metrics.counts import Counts
from ablate.registry import table
from ablate.spec.primary import Primary
from ablate.tasks.task import TaskOptions

#: With more classes than this, values of single classes are left to the per-class tables.
MOST_CLASSES = 100


def split_metrics(task: TaskOptions, split: str, counts: Counts) -> dict[str, float]:
    """``split/metric`` to value."""
    values = task.score(counts, training=split == "train")
    return {f"{split}/{name}": value for name, value in values.items()}


def final_metrics(
    task: TaskOptions, counts: Mapping[str, Counts], classes: Sequence[str]
) -> dict[str, float]:
    """``split/metric`` and, but for ``train``, ``split/metric/class`` to value."""
    values: dict[str, float] = {}
    for split, counted in counts.items():
        values |= split_metrics(task, split, counted)
        if split != "train" and len(classes) <= MOST_CLASSES:
            by_class = task.score_classes(counted, classes)
            values |= {f"{split}/{name}": value for name, value in by_class.items()}
    return values


def monitored_value(
    task: TaskOptions, primary: Primary, val: Counts, classes: Sequence[str]
) -> float:
    """The primary metric on ``val``; ``nan`` where it is undefined (a class without images)."""
    if "/" in primary.name:
        return task.score_classes(val, classes).get(primary.name, float("nan"))
    return task.score(val)[primary.name]


def update_best(
    best: Mapping[str, Best], task: TaskOptions, epoch: int, val: Counts
) -> dict[str, Best]:
    """The best of each validation metric so far, by the metric's own direction."""
    updated = {}
    for name, value in task.score(val).items():
        maximize = table("metric").get(name).direction == "max"
        before = best.get(f"val/{name}", Best())
        updated[f"val/{name}"] = before.update(epoch, value, maximize=maximize)
    return updated
