"""The dimensions of a search as Optuna's distributions, and Optuna's parameters as values of a study file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ablate.plan.search.space import is_active
from ablate.plan.search.types import Dimension
from ablate.schedule.space import Choice, Space
from ablate.spec.options import freeze

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution
    from optuna.trial import Trial


class SearchSpace:
    """The dimensions of a search: what Optuna is asked for, and what a study file would hold.

    Choices that Optuna cannot store (lists, mappings) are written as :class:`~ablate.schedule.space.Space` does.
    """

    def __init__(self, dimensions: Sequence[Dimension]) -> None:
        self._dimensions = tuple(dimensions)
        self._canonical = _canonical(dimensions)
        self._choices = Space({d.field: d.choices for d in dimensions if d.kind == "choice"})
        self._values = {d.field: self._by_choice(d) for d in dimensions if d.kind == "choice"}

    @property
    def conditional(self) -> bool:
        """Whether some dimension is active only for some values of others."""
        return any(dimension.when for dimension in self._dimensions)

    @cached_property
    def distributions(self) -> dict[str, BaseDistribution]:
        """Field to distribution, of every dimension."""
        return {dimension.field: self._distribution(dimension) for dimension in self._dimensions}

    @cached_property
    def canonical(self) -> dict[str, BaseDistribution]:
        """Field to distribution, of every dimension, in an order that does not depend on that of the study file."""
        return {
            dimension.field: self.distributions[dimension.field] for dimension in self._canonical
        }

    @cached_property
    def always(self) -> dict[str, BaseDistribution]:
        """As :attr:`canonical`, of the dimensions that are active whatever the others are."""
        free = [dimension.field for dimension in self._canonical if not dimension.when]
        return {field: self.distributions[field] for field in free}

    def suggest(self, trial: Trial) -> dict[str, Any]:
        """Let Optuna suggest a value for each active dimension, and give them as a study file holds them."""
        params: dict[str, Any] = {}
        for dimension in self._canonical:
            if is_active(dimension, params):
                params[dimension.field] = self._read(dimension, self._suggest(trial, dimension))
        return {field: params[field] for field in self.distributions if field in params}

    def stored(self, params: Mapping[str, Any]) -> dict[str, Choice]:
        """Optuna's values for the values of a study file.

        Raises:
            KeyError: a field or choice that the space does not have.
        """
        return {field: self._stored(field, value) for field, value in params.items()}

    def _stored(self, field: str, value: Any) -> Choice:
        from optuna.distributions import FloatDistribution, IntDistribution

        match self.distributions[field]:
            case FloatDistribution():
                return float(value)
            case IntDistribution():
                return int(value)
            case _:
                return self._choices.params({field: value})[field]

    def _read(self, dimension: Dimension, stored: Choice) -> Any:
        if dimension.kind == "choice":
            return self._values[dimension.field][type(stored), stored]
        return stored

    def _by_choice(self, dimension: Dimension) -> dict[tuple[type, Choice], Any]:
        found: dict[tuple[type, Choice], Any] = {}
        for value in dimension.choices:
            choice = self._choices.params({dimension.field: value})[dimension.field]
            found.setdefault((type(choice), choice), freeze(value))
        return found

    def _distribution(self, dimension: Dimension) -> BaseDistribution:
        from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

        low, high, step = dimension.low, dimension.high, dimension.step
        match dimension.kind:
            case "float":
                return FloatDistribution(low, high, log=dimension.log, step=step)
            case "int":
                return IntDistribution(int(low), int(high), log=dimension.log, step=int(step or 1))
            case "choice":
                return CategoricalDistribution(self._choices.choices[dimension.field])

    def _suggest(self, trial: Trial, dimension: Dimension) -> Choice:
        from optuna.distributions import FloatDistribution, IntDistribution

        field = dimension.field
        match self.distributions[field]:
            case FloatDistribution(step=None, low=low, high=high, log=log):
                return trial.suggest_float(field, low, high, log=log)
            case FloatDistribution(low=low, high=high, step=step) as steps:
                value = _written(dimension, trial.suggest_float(field, low, high, step=step))
                trial.storage.set_trial_param(trial._trial_id, field, value, steps)
                return value
            case IntDistribution(low=first, high=last, log=log, step=stride):
                return trial.suggest_int(field, first, last, log=log, step=stride)
            case _:
                return trial.suggest_categorical(field, self._choices.choices[field])


def _written(dimension: Dimension, value: float) -> float:
    """The step that a value stands for, as one would write it: 0.3 rather than 0.1 + 0.1 + 0.1."""
    low, step = Decimal(repr(dimension.low)), Decimal(repr(dimension.step))
    return float(low + step * round((Decimal(value) - low) / step))


def _canonical(dimensions: Sequence[Dimension]) -> tuple[Dimension, ...]:
    """By name, each after those that decide whether it is active: the order in a study file never counts."""
    left = sorted(dimensions, key=lambda dimension: dimension.field)
    placed: list[Dimension] = []
    while left:
        waiting = {dimension.field for dimension in left}
        placed.append(next(dimension for dimension in left if not dimension.when.keys() & waiting))
        left.remove(placed[-1])
    return tuple(placed)
