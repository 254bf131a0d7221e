"""Factors and their levels, as ``grid`` and ``one-factor`` write them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from ablate.plan.designs.base import check_overrides
from ablate.plan.fields import hint, may_change
from ablate.spec.options import invalid
from ablate.spec.text import level_names, show_value
from ablate.spec.yaml_file import KeyPath


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a factor: the label of a row of it, what it sets, and where it stands in the ablation.

    ``name`` is the level without its factor.
    """

    factor: str
    label: str
    overrides: Mapping[str, Any]
    origin: KeyPath
    name: str


def _check_levels(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {label: check_overrides(changes) for label, changes in value.items()} or _empty()
    if not isinstance(value, tuple):
        raise invalid(
            f"must be a list of levels, or a mapping of labels to overrides, not {show_value(value)}"
        )
    shown = [show_value(level) for level in value]
    twice = [level for index, level in enumerate(shown) if level in shown[:index]]
    if twice:
        raise invalid(f"the level {twice[0]} stands twice", "Every level is one row")
    return value or _empty()


def _empty() -> Any:
    raise invalid("needs at least one level")


Factors = Annotated[dict[str, Annotated[Any, AfterValidator(_check_levels)]], Field(min_length=1)]
Allowed = dict[str, Any]


def check_fields(factors: Mapping[str, Any]) -> Mapping[str, Any]:
    """Factors with listed levels must be dotted fields; those with named levels may have any name."""
    for name, values in factors.items():
        if isinstance(values, tuple) and ("." not in name or not may_change(name)):
            remedy = "" if may_change(name) else hint(name)
            raise invalid(f"unknown factor '{name}': must be a field such as optimizer.lr", remedy)
    return factors


def levels(factors: Mapping[str, Any]) -> dict[str, tuple[Level, ...]]:
    """Each factor's levels, in the order of the file."""
    names = short_names(tuple(factors))
    return {factor: tuple(_levels(factor, names[factor], factors[factor])) for factor in factors}


def _levels(factor: str, short: str, values: Any) -> list[Level]:
    place: KeyPath = ("factors", factor)
    if isinstance(values, Mapping):
        return [
            Level(factor, label, item, (*place, label), label) for label, item in values.items()
        ]
    return [
        Level(factor, f"{short}={show_value(value)}", {factor: value}, (*place, index), name)
        for index, (value, name) in enumerate(zip(values, level_names(values), strict=True))
    ]


def short_names(factors: Sequence[str]) -> dict[str, str]:
    """The last part of each dotted field, or the whole where that would be ambiguous.

    >>> short_names(("optimizer.lr", "model.name", "data.name"))
    {'optimizer.lr': 'lr', 'model.name': 'model.name', 'data.name': 'data.name'}
    """
    last = [factor.rpartition(".")[2] for factor in factors]
    return {f: end if last.count(end) == 1 else f for f, end in zip(factors, last, strict=True)}


def holds(value: Any, allowed: Any) -> bool:
    """Whether a value is the allowed one, or one of several."""
    return bool(value in allowed) if isinstance(allowed, tuple) else bool(value == allowed)
