"""The Optuna study of a study: a journal that Optuna's own tools read. Disposable; the records are the truth.

Optuna is imported where it is used, since that takes 0.2 s.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from ablate.results import Direction, Status
from ablate.schedule.journal import Journal
from ablate.schedule.space import Space


@dataclass(frozen=True, slots=True)
class PastTrial:
    """A finished trial of the records: ``params`` maps factors to levels, ``value`` is the primary metric."""

    identity: str
    name: str
    params: Mapping[str, Any]
    value: float
    user_attrs: Mapping[str, Any] = field(default_factory=dict)


class OptunaLedger:
    """Writes attempts into an Optuna study as trials with fixed parameters.

    One process at a time may write; hold the study's lock. Opening cuts off the line that a killed driver
    left incomplete, and marks the trials that it left running as failed.

    Args:
        journal: the file, made if it is missing.
        study: the name; Optuna's has the hash of the space appended, since an Optuna study cannot get new levels.
        direction: ``"max"`` or ``"min"``, of the primary metric.
        factors: the levels of each factor.
    """

    def __init__(
        self, journal: Path, study: str, direction: Direction, factors: Mapping[str, Sequence[Any]]
    ) -> None:
        self._space = Space(factors)
        self._journal = Journal(journal, f"{study}-{self._space.key}", direction)

    @property
    def study_name(self) -> str:
        """The name of Optuna's study."""
        return self._journal.study_name

    def ask(self, name: str, params: Mapping[str, Any], user_attrs: Mapping[str, Any]) -> int:
        """Record that an attempt runs with exactly these levels, and give its number.

        Raises:
            KeyError: a level that the space does not have.
        """
        levels = self._space.params(params)
        return self._journal.add(levels, self._distributions, {"name": name, **user_attrs})

    def report(self, number: int, step: int, value: float) -> None:
        """Record the value that the metric had at a step (an epoch)."""
        self._journal.report(number, step, value)

    def tell(self, number: int, value: float | None, status: Status) -> None:
        """Record how an attempt ended: complete with a finite value, pruned, and failed in every other case.

        What is not complete has the true status as the user attribute ``status``.
        """
        self._journal.tell(number, value, status)

    def completed(self) -> set[str]:
        """The identities that have a complete trial."""
        return self._journal.held("identity", pruned=False)

    def rebuild(self, completed: Iterable[PastTrial]) -> int:
        """Add the finished trials that the study does not hold yet; gives how many there were."""
        held = self.completed()
        missing = [past for past in completed if past.identity not in held]
        for past in missing:
            self._add(past)
        return len(missing)

    def _add(self, past: PastTrial) -> None:
        from optuna.trial import create_trial

        levels = self._space.params(past.params)
        trial = create_trial(
            value=past.value,
            params=levels,
            distributions={name: self._distributions[name] for name in levels},
            user_attrs={"name": past.name, "identity": past.identity, **past.user_attrs},
        )
        self._journal.write(trial)

    @cached_property
    def _distributions(self) -> dict[str, Any]:
        from optuna.distributions import CategoricalDistribution

        choices = self._space.choices
        return {name: CategoricalDistribution(levels) for name, levels in choices.items()}
