"""Scores in label spaces that were named, or came to mean something else, after a trial had finished.

What was counted is kept with each trial, so that nothing has to be trained again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np

from ablate.engine.scores import averaged_classes, final_metrics
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
    metrics, measured = _scores(config, artifacts / result.run_id / "artifacts" / "confusion")
    return replace(
        result,
        metrics=_outside(changed, result.metrics) | _within(changed, metrics),
        best=_outside(changed, result.best),
        measured=_outside(changed, result.measured) | _within(changed, measured),
    )


def _outside(spaces: set[str], values: Mapping[str, float]) -> dict[str, float]:
    return {name: value for name, value in values.items() if _space(name) not in spaces}


def _within(spaces: set[str], values: Mapping[str, float]) -> dict[str, float]:
    return {name: value for name, value in values.items() if _space(name) in spaces}


def _space(name: str) -> str:
    """The label space that a metric, or what was measured of it, is in.

    >>> _space("val/iou@three/road"), _space("best_epoch/val/miou@three"), _space("val/iou/a@b")
    ('three', 'three', '')
    >>> _space("averaged_classes/val@three"), _space("parameters")
    ('three', '')
    """
    measured = re.match(r"(best_epoch|averaged_classes)/", name)
    about = name[measured.end() :] if measured else name
    found = re.match(r"(?:[^/@]*/)?[^/@]*@([^/]*)", about)
    return found[1] if found else ""


def _scores(config: TrialConfig, folder: Path) -> tuple[dict[str, float], dict[str, int]]:
    """Metrics, and how many classes their means are of."""
    task = cast(TaskOptions, config.task)
    metrics: dict[str, float] = {}
    measured: dict[str, int] = {}
    for split in _SPLITS:
        try:
            matrix: dict[str, Any] = json.loads((folder / f"{split}.json").read_text("utf-8"))
        except (OSError, ValueError):
            continue
        counts, labels = {split: _counts(matrix)}, _labels(config, matrix)
        metrics |= final_metrics(task, counts, labels)
        measured |= averaged_classes(counts, labels)
    return metrics, measured


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
