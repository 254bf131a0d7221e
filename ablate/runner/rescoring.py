"""Scores in label spaces that were named, or came to mean something else, after a trial had finished.

What was counted is kept with each trial, so that nothing has to be trained again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np

from ablate.metrics.confusion import ConfusionMatrix
from ablate.metrics.counts import Counts
from ablate.plan.types import Plan
from ablate.results import ResultSet, Status, TrialResult
from ablate.runner.cards import space_meanings
from ablate.spec.config import TrialConfig
from ablate.spec.labels import Labels, grouped_labels
from ablate.tasks.task import TaskOptions

_SPLITS = ("val", "test")


def rescored(results: ResultSet, plan: Plan, artifacts: Path) -> ResultSet:
    """The results with the scores of every label space as the study defines it now.

    ``artifacts`` holds the runs' folders. Where a run's counts are not there (records on a server), it has no scores
    in spaces that changed.
    """
    return replace(results, trials=tuple(_current(item, plan, artifacts) for item in results))


def _current(result: TrialResult, plan: Plan, artifacts: Path) -> TrialResult:
    condition = plan.conditions.get(result.condition)
    config = condition.config.training if condition is not None else None
    if config is None or result.status is not Status.FINISHED:
        return result
    changed = {
        name
        for name, meaning in space_meanings(config).items()
        if result.spaces.get(name) != meaning
    }
    if not changed:
        return result
    metrics = {name: value for name, value in result.metrics.items() if _space(name) not in changed}
    best = {name: value for name, value in result.best.items() if _space(name) not in changed}
    found = dict(_scores(config, artifacts / result.run_id / "artifacts" / "confusion"))
    added = {name: value for name, value in found.items() if _space(name) in changed}
    return replace(result, metrics={**metrics, **added}, best=best)


def _space(name: str) -> str:
    """The label space of a metric ``split/metric@space/class``."""
    return name.split("/")[1].partition("@")[2] if "/" in name else ""


def _scores(config: TrialConfig, folder: Path) -> Iterator[tuple[str, float]]:
    task = cast(TaskOptions, config.task)
    for split in _SPLITS:
        try:
            matrix: dict[str, Any] = json.loads((folder / f"{split}.json").read_text("utf-8"))
        except (OSError, ValueError):
            continue
        counts = _counts(matrix)
        labels = _labels(config, matrix)
        for name, value in {
            **task.score(counts, labels),
            **task.score_classes(counts, labels),
        }.items():
            yield f"{split}/{name}", value


def _counts(matrix: dict[str, Any]) -> Counts:
    own = np.array(matrix["counts"], np.int64)
    source = matrix.get("source_counts")
    rows = None if source is None else np.array(source, np.int64)
    return Counts(ConfusionMatrix(own), images=0, loss_sum=0.0, source=rows)


def _labels(config: TrialConfig, matrix: dict[str, Any]) -> Labels:
    """The classes that were counted; of a classifier of groups those that the groups name."""
    groups = config.groups
    named = (
        [name for members in groups.values() for name in members] if groups else matrix["classes"]
    )
    return grouped_labels(matrix.get("source_classes", named), groups, config.label_spaces)
