"""The values of a plan: conditions, rows, ablations, trials."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ablate.errors import Problem
from ablate.spec.config import Config
from ablate.spec.options import Options
from ablate.spec.primary import Primary

if TYPE_CHECKING:
    from ablate.plan.search.types import SearchPlan


#: The key of a condition and a seed.
Place = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Upstream:
    """What a condition starts from: the condition of a stage, whose seeds may share one trial."""

    condition: str
    shared: bool


@dataclass(frozen=True, slots=True)
class Condition:
    """A complete configuration, without a seed.

    ``key`` is the hash of what can change its result; ``changes`` maps each dotted field that differs from the
    baseline to its value, fields of the stages that it starts from included; ``name`` is a short name that a person
    understands. ``stage`` is the name of the stage that it is, of a condition that no row has.
    """

    key: str
    name: str
    config: Config
    changes: Mapping[str, Any]
    upstream: Upstream | None = None
    stage: str = ""


def upstream_place(condition: Condition, seed: int, seeds: tuple[int, ...]) -> Place | None:
    """The condition and the seed of the trial that one starts from; ``seeds`` are the study's."""
    upstream = condition.upstream
    if upstream is None:
        return None
    return upstream.condition, seeds[0] if upstream.shared else seed


@dataclass(frozen=True, slots=True)
class Row:
    """One row of an ablation's table.

    ``reference`` is the label of the row that this one is tested against, ``None`` for the reference itself;
    ``previous`` the label of the rung above in a cumulative ladder; ``levels`` maps the factors that the design names
    to the names of their levels.
    """

    label: str
    condition: str
    reference: str | None
    previous: str | None = None
    levels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Contrast:
    """A question about several rows at once: the sum of their values, each times its weight; weights sum to 0."""

    name: str
    weights: tuple[tuple[str, float], ...]
    """Labels of rows and their weights."""


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
    axes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Factors that its rows name levels of, and the names of these in the order of the study file."""
    contrasts: tuple[Contrast, ...] = ()


@dataclass(frozen=True, slots=True)
class Trial:
    """A condition and a seed: what is scheduled and recorded as one run."""

    condition: str
    seed: int
    name: str

    @property
    def place(self) -> Place:
        """The condition and the seed."""
        return self.condition, self.seed


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a study runs, each trial once, and the tables that it makes of them.

    ``conditions`` is keyed by :attr:`Condition.key`, those of rows first, then stages; ``trials`` stand in the order in
    which they are started: stages before what starts from them.
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

    @property
    def row_conditions(self) -> tuple[Condition, ...]:
        """The conditions that rows have, without those of stages alone."""
        return tuple(item for item in self.conditions.values() if not item.stage)

    @property
    def upstream_conditions(self) -> frozenset[str]:
        """The conditions that others start from."""
        found = (item.upstream for item in self.conditions.values())
        return frozenset(item.condition for item in found if item is not None)

    def upstream(self, trial: Trial) -> Place | None:
        """The condition and the seed of the trial that a trial starts from."""
        return upstream_place(self.conditions[trial.condition], trial.seed, self.seeds)

    def config(self, trial: Trial) -> Config:
        """The configuration of a trial."""
        return self.conditions[trial.condition].config
