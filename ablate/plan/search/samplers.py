"""Samplers: how a search chooses the next configuration. Built from these options where searches run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Literal

from pydantic import Field

from ablate.plan.search.types import Dimension
from ablate.registry import Table
from ablate.spec.options import Options

Startup = Annotated[int, Field(ge=1)]


class SamplerOptions(Options):
    """``sampler``: how a search chooses the next configuration."""

    name: str
    """A registered sampler: ``ablate list samplers``."""
    seed: int = Field(0, ge=0, lt=2**32)
    """Of the sampler's own random numbers; another seed is another search."""

    def problems(self, space: Sequence[Dimension]) -> list[tuple[str, str]]:
        """What the sampler cannot do in ``space``: (rule, remedy)."""
        return []

    def warnings(self, space: Sequence[Dimension]) -> list[str]:
        """What it does badly there."""
        return []


class Tpe(SamplerOptions):
    """Tree-structured Parzen estimator (Bergstra et al., 2011): more of what did well, for any kind of field."""

    name: Literal["tpe"] = "tpe"
    startup_trials: Startup = 10
    """Configurations that are drawn at random first."""
    multivariate: bool = True
    """Model the fields together rather than each alone (Falkner et al., 2018)."""


class Random(SamplerOptions):
    """Independent random draws (Bergstra and Bengio, 2012)."""

    name: Literal["random"] = "random"


class Cmaes(SamplerOptions):
    """CMA-ES (Hansen and Ostermeier, 2001): for ranges of numbers, with a budget of hundreds of configurations."""

    name: Literal["cmaes"] = "cmaes"
    startup_trials: Startup = 1
    """Configurations that are drawn at random first."""

    def problems(self, space: Sequence[Dimension]) -> list[tuple[str, str]]:
        """A space without any range that is there in every configuration."""
        if all(item.kind == "choice" or item.when for item in space):
            rule = "cmaes needs at least one range of numbers without a condition"
            return [(rule, "Use sampler: tpe, which needs none")]
        return []

    def warnings(self, space: Sequence[Dimension]) -> list[str]:
        """Choices and fields with a condition beside the ranges."""
        drawn = _names(item for item in space if item.kind == "choice" or item.when)
        rule = "cmaes draws choices and fields with a condition at random, whatever did well"
        return [f"{rule}: {drawn}"] if drawn else []


class Qmc(SamplerOptions):
    """A scrambled low-discrepancy sequence: random search that leaves no gaps (Bousquet et al., 2017)."""

    name: Literal["qmc"] = "qmc"
    kind: Literal["sobol", "halton"] = "sobol"
    """The sequence."""


class Gp(SamplerOptions):
    """Bayesian optimisation with a Gaussian process: for few configurations that are dear."""

    name: Literal["gp"] = "gp"
    startup_trials: Startup = 10
    """Configurations that are drawn at random first."""

    def warnings(self, space: Sequence[Dimension]) -> list[str]:
        """Fields with a condition."""
        fields = _names(item for item in space if item.when)
        return [f"gp draws fields that have a condition at random: {fields}"] if fields else []


def _names(items: Iterable[Dimension]) -> str:
    return ", ".join(item.field for item in items)


TABLE = Table(
    "sampler",
    {
        "cmaes": "ablate.plan.search.samplers:Cmaes",
        "gp": "ablate.plan.search.samplers:Gp",
        "qmc": "ablate.plan.search.samplers:Qmc",
        "random": "ablate.plan.search.samplers:Random",
        "tpe": "ablate.plan.search.samplers:Tpe",
    },
)
