"""Pruners: when a trial that falls behind is ended early. Built from these options where trials are judged."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from ablate.registry import Table
from ablate.spec.options import Options


class PrunerOptions(Options):
    """``pruner`` and ``prune``: when a trial that falls behind is ended early."""

    judges: ClassVar[Literal["epochs", "seeds"]] = "epochs"
    """Whether it compares the epochs of single trials, or the seeds of whole configurations."""
    needs_epochs: ClassVar[bool] = False
    """Whether it must know how many epochs a trial has."""

    name: str
    """A registered pruner: ``ablate list pruners``."""

    def first_judgement(self) -> int:
        """The first epoch (or number of seeds) after which a trial can be ended."""
        raise NotImplementedError


class Median(PrunerOptions):
    """Ends a trial whose best value so far is worse than the median of earlier ones at that epoch (Golovin, 2017)."""

    name: Literal["median"] = "median"
    startup_trials: int = Field(5, ge=1)
    """Trials that must have ended before any is judged."""
    warmup_epochs: int = Field(0, ge=0)
    """Epochs after which no trial is judged yet."""
    interval: int = Field(1, ge=1)
    """Epochs from one judgement to the next."""

    def first_judgement(self) -> int:
        """The first epoch after the warm-up."""
        return self.warmup_epochs + 1


class Hyperband(PrunerOptions):
    """Brackets of successive halving, from cautious to bold (Li et al., 2018)."""

    needs_epochs: ClassVar[bool] = True

    name: Literal["hyperband"] = "hyperband"
    min_epochs: int = Field(1, ge=1)
    """Epochs that the boldest bracket gives every trial."""
    reduction: int = Field(3, ge=2)
    """One trial in so many goes on at each judgement."""

    def first_judgement(self) -> int:
        """That of the boldest bracket."""
        return self.min_epochs


class SuccessiveHalving(PrunerOptions):
    """Goes on with the best share of trials at each of ever rarer judgements (Li et al., 2020)."""

    name: Literal["successive_halving"] = "successive_halving"
    min_epochs: int = Field(1, ge=1)
    """Epochs before the first judgement."""
    reduction: int = Field(4, ge=2)
    """One trial in so many goes on at each judgement."""

    def first_judgement(self) -> int:
        """After ``min_epochs``."""
        return self.min_epochs


class Wilcoxon(PrunerOptions):
    """Ends a configuration whose seeds so far are worse than the best one's by Wilcoxon's signed-rank test (1945)."""

    judges: ClassVar[Literal["epochs", "seeds"]] = "seeds"

    name: Literal["wilcoxon"] = "wilcoxon"
    p: float = Field(0.1, gt=0.0, lt=1.0)
    """A p-value below this ends the configuration."""
    startup_seeds: int = Field(2, ge=2)
    """Seeds of each configuration that always run."""

    def first_judgement(self) -> int:
        """As many seeds as it takes to reach ``p`` if all of them are worse.

        >>> Wilcoxon().first_judgement()
        4
        """
        seeds = self.startup_seeds
        while 0.5**seeds >= self.p:
            seeds += 1
        return seeds


TABLE = Table(
    "pruner",
    {
        "hyperband": "ablate.plan.search.pruners:Hyperband",
        "median": "ablate.plan.search.pruners:Median",
        "successive_halving": "ablate.plan.search.pruners:SuccessiveHalving",
        "wilcoxon": "ablate.plan.search.pruners:Wilcoxon",
    },
)
