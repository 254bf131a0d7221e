"""One of the two things that are compared: a row with its seeds, or a single run."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ablate.report.rows import RowResults, Summary, summarise
from ablate.report.spaces import ClassSet
from ablate.results import TrialResult
from ablate.spec.options import Tree
from ablate.spec.primary import Primary


@dataclass(frozen=True, slots=True)
class Side:
    """A row or a run: its resolved configuration, its planned seeds and the finished trials that count, by seed.

    ``min_effect`` is what its ablation calls too small to matter.
    """

    title: str
    tree: Tree
    primary: Primary
    seeds: tuple[int, ...]
    trials: tuple[TrialResult, ...]
    min_effect: float | None = None

    @classmethod
    def of_row(
        cls, row: RowResults, tree: Tree, primary: Primary, min_effect: float | None = None
    ) -> Side:
        """A row of a study."""
        return cls(row.row.label, tree, primary, row.seeds, row.finished, min_effect)

    def values(self, metric: str) -> dict[int, float | None]:
        """Planned seed to finite value, ``None`` where there is none."""
        found = {trial.seed: trial.metrics.get(metric) for trial in self.trials}
        return {seed: _finite(found.get(seed)) for seed in self.seeds}

    def summary(self, metric: str) -> Summary:
        """Mean and spread of a metric."""
        return summarise(self.values(metric))

    @property
    def metrics(self) -> tuple[str, ...]:
        """Every metric that a trial recorded, those of classes included."""
        return tuple(dict.fromkeys(name for trial in self.trials for name in trial.metrics))

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes in their order; empty where that was not recorded."""
        return next((trial.classes for trial in self.trials if trial.classes), ())

    @property
    def class_set(self) -> ClassSet | None:
        """The classes as sets of the data set's; ``None`` where nothing says."""
        groups = self._groups
        if groups is not None:
            return frozenset(frozenset(members) for members in groups.values())
        return frozenset(frozenset((name,)) for name in self.classes) or None

    @property
    def _groups(self) -> Mapping[str, Any] | None:
        classes = self.section("data").get("classes")
        if isinstance(classes, str):
            classes = self.section("label_spaces").get(classes)
        return classes if isinstance(classes, Mapping) else None

    def section(self, name: str) -> Mapping[str, Any]:
        """A section of the configuration; empty where it has none."""
        found = self.tree.get(name)
        return found if isinstance(found, Mapping) else {}


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
