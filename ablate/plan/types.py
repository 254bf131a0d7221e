"""The values of a plan: conditions, rows, ablations, trials."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ablate.errors import Problem
from ablate.spec.config import Config
from ablate.spec.options import Options
from ablate.spec.primary import Primary

if TYPE_CHECKING:
    from ablate.plan.search.types import SearchPlan


@dataclass(frozen=True, slots=True)
class Condition:
    """A complete configuration, without a seed.

    ``key`` is the hash of what can change its result; ``changes`` maps each dotted field that differs from the
    baseline to its value; ``name`` is a short name that a person understands.
    """

    key: str
    name: str
    config: Config
    changes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of an ablation's table.

    ``reference`` is the label of the row that this one is tested against, ``None`` for the reference itself;
    ``previous`` the label of the rung above in a cumulative ladder.
    """

    label: str
    condition: str
    reference: str | None
    previous: str | None = None


@dataclass(frozen=True, slots=True)
class AblationPlan:
    """One question of the study: its design and its rows, the reference first.

    ``factors`` are the dotted fields that its rows vary, in the order of the study file; ``notes`` are sentences for
    the table's footer ("gains depend on the order"). ``min_effect`` is in the metric's unit, 0 to 1 for ratios.
    """

    name: str
    design: str
    rows: tuple[Row, ...]
    factors: tuple[str, ...]
    notes: tuple[str, ...] = ()
    description: str = ""
    min_effect: float | None = None
    waiting: tuple[str, ...] = ()
    """Labels of rows that are not in ``rows`` yet, since the search that finds their configuration has not ended."""
    searches: tuple[str, ...] = ()
    """Keys of the searches that this ablation is about: its own, or one a row where rows are tuned."""
    pruner: Options | None = None
    """Ends rows early that fall behind; never the baseline or a reference."""
    primary: Primary | None = None
    """The metric that its verdicts are about, where it is not the study's."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A condition and a seed: what is scheduled and recorded as one run."""

    condition: str
    seed: int
    name: str


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a study runs, each trial once, and the tables that it makes of them.

    ``conditions`` is keyed by :attr:`Condition.key`; ``trials`` stand in the order in which they are started.
    """

    study: str
    description: str
    baseline: str
    seeds: tuple[int, ...]
    conditions: Mapping[str, Condition]
    ablations: tuple[AblationPlan, ...]
    trials: tuple[Trial, ...]
    warnings: tuple[Problem, ...] = ()
    searches: tuple[SearchPlan, ...] = ()

    @property
    def example(self) -> Config:
        """One of the configurations: the task, the primary metric and the like are the same in all."""
        if not self.conditions:  # every row waits for a search
            return self.searches[0].condition(0, {}).config
        return next(iter(self.conditions.values())).config

    @property
    def primary(self) -> Primary:
        """The metric that verdicts are about, the same for every condition."""
        return self.example.primary

    def config(self, trial: Trial) -> Config:
        """The configuration of a trial."""
        return self.conditions[trial.condition].config
