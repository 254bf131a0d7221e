"""What a study file says of a search: where, how long, on which seeds and by which sampler."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from ablate.plan.search.dimensions import Space, dimensions
from ablate.plan.search.pruners import PrunerOptions
from ablate.plan.search.samplers import SamplerOptions
from ablate.plan.search.types import Budget, Dimension
from ablate.spec.member import Member
from ablate.spec.options import Options, invalid
from ablate.spec.sections import Positive

AnyPruner = Annotated[PrunerOptions, Member("pruner")] | None


class BudgetOptions(Options):
    """``budget``: when a search ends, whichever limit comes first.

    >>> BudgetOptions(hours=1, minutes=30).budget
    Budget(trials=None, seconds=5400.0)
    """

    trials: int | None = Field(None, ge=1)
    """Configurations to try."""
    hours: Positive | None = None
    """Hours of training, summed over the search's trials."""
    minutes: Positive | None = None
    """Minutes of the same; added to ``hours``."""

    @model_validator(mode="after")
    def _has_a_limit(self) -> Self:
        if self.trials is None and self.hours is None and self.minutes is None:
            raise invalid("needs a limit: trials, hours or minutes", "Write {trials: 40}")
        return self

    @property
    def budget(self) -> Budget:
        """The limits as a budget."""
        seconds = (self.hours or 0.0) * 3600 + (self.minutes or 0.0) * 60
        return Budget(self.trials, seconds or None)


class SearchOptions(Options):
    """A search: a sampler proposes configurations from a space until a budget is spent."""

    space: Space
    """Dotted field to a range ``{low, high, log, step, when}`` or a list of choices."""
    budget: BudgetOptions
    """What it may spend."""
    seeds: int = Field(1, ge=1)
    """Seeds that each configuration is tried on: the first of the study's."""
    sampler: Annotated[SamplerOptions, Member("sampler")] = Field("tpe", validate_default=True)
    """How the next configuration is chosen."""
    pruner: AnyPruner = None
    """When a trial that falls behind is ended early; ``null``: never."""

    @field_validator("sampler")
    @classmethod
    def _sampler_can(cls, value: SamplerOptions, info: ValidationInfo) -> SamplerOptions:
        space = dimensions(info.data.get("space", {}))[0]
        problems = value.problems(space) if space else []
        if problems:
            raise invalid(*problems[0])
        return value

    @field_validator("pruner")
    @classmethod
    def _pruner_has_seeds(cls, value: AnyPruner, info: ValidationInfo) -> AnyPruner:
        seeds = info.data.get("seeds", 1)
        if value is not None and value.judges == "seeds" and seeds < 2:
            rule = f"{value.name} compares the seeds of configurations, and each has only one"
            raise invalid(rule, "Set seeds: 2 or more, or use median")
        return value

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """The space as values."""
        return dimensions(self.space)[0]
