"""The values of a search: its dimensions, its budget, its plan and what came of it. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from ablate.plan.types import Condition
from ablate.results import SearchPoint, Status

if TYPE_CHECKING:
    from ablate.plan.search.pruners import PrunerOptions
    from ablate.plan.search.samplers import SamplerOptions


@dataclass(frozen=True, slots=True)
class Dimension:
    """One field that a search varies: a range of numbers, or a list of choices.

    ``low`` and ``high`` are inclusive; ``step`` and ``log`` exclude each other. ``choices`` may be any values that a
    study file can hold. The dimension is active only where each field of ``when`` (dimensions that stand before this
    one) has one of the given values; elsewhere the field stays as the base configuration has it.
    """

    field: str
    kind: Literal["float", "int", "choice"]
    low: float | int = 0
    high: float | int = 0
    log: bool = False
    step: float | int | None = None
    choices: tuple[Any, ...] = ()
    when: Mapping[str, tuple[Any, ...]] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Budget:
    """What a search may spend: a number of configurations, or seconds of training summed over its trials."""

    trials: int | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class SearchPlan:
    """One Optuna search: of a ``search`` ablation, or of one row of an ablation with ``tune``.

    ``key`` is the hash of everything that can change what the search proposes: the base configuration, the space, the
    sampler, the pruner, the seeds and the objective; not of the budget, so that a larger one goes on where a smaller
    one ended. ``objective`` is a validation metric, never a test one. ``condition`` gives the condition of a proposal
    (dotted field to value, active dimensions only).
    """

    key: str
    name: str
    ablation: str
    row: str
    space: tuple[Dimension, ...]
    sampler: SamplerOptions
    pruner: PrunerOptions | None
    budget: Budget
    seeds: tuple[int, ...]
    objective: str
    maximize: bool
    epochs: int
    condition: Callable[[int, Mapping[str, Any]], Condition] = dataclasses.field(
        compare=False, repr=False
    )


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What the records hold of a search: its points by number, and whether its budget is spent.

    ``importances`` maps fields to shares that add up to 1; empty where there are too few points.
    """

    plan: SearchPlan
    points: tuple[SearchPoint, ...]
    finished: bool
    importances: Mapping[str, float] = dataclasses.field(default_factory=dict)

    @property
    def best(self) -> SearchPoint | None:
        """The finished point with the best value, the earliest of equals."""
        found = [point for point in self.points if point.status is Status.FINISHED]
        scored = [(point.value, point) for point in found if point.value is not None]
        if not scored:
            return None
        top = (max if self.plan.maximize else min)(value for value, _ in scored)
        return next(point for value, point in scored if value == top)
