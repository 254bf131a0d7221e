"""The product of several factors."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any, Self

from pydantic import field_validator, model_validator

from ablate.errors import did_you_mean
from ablate.plan.designs.base import (
    BASELINE,
    Baseline,
    Design,
    Expansion,
    RowSpec,
    baseline_row,
)
from ablate.plan.designs.levels import Allowed, Factors, Level, check_fields, holds, levels
from ablate.spec.options import invalid
from ablate.spec.overrides import apply_overrides, get_field
from ablate.spec.yaml_file import KeyPath

Cell = tuple[Level, ...]


class Grid(Design):
    """Every combination of the factors' levels, minus what ``where`` and ``when`` exclude."""

    factors: Factors
    """Dotted field to a list of levels, or any name to named levels ``{label: overrides}``."""
    zip: tuple[tuple[str, ...], ...] = ()
    """Groups of factors that move together, level by level."""
    where: Allowed = {}
    """Keep only combinations in which each field has one of the allowed values."""
    when: dict[str, Allowed] = {}
    """Vary a factor only where other fields have the given values; elsewhere it stays as it was."""

    _check_fields = field_validator("factors")(check_fields)

    @model_validator(mode="after")
    def _groups_fit(self) -> Self:
        known = self.factors
        for name in (*itertools.chain.from_iterable(self.zip), *self.when):
            if name not in known:
                raise invalid(f"'{name}' is not a factor of this grid", did_you_mean(name, known))
        for group in self.zip:
            counts = {name: len(known[name]) for name in group}
            if len(set(counts.values())) > 1:
                text = ", ".join(f"{name} has {count}" for name, count in counts.items())
                raise invalid(f"zip: factors that move together need as many levels each; {text}")
        grouped = list(itertools.chain.from_iterable(self.zip))
        if len(set(grouped)) != len(grouped):
            raise invalid("zip: a factor may stand in one group only")
        return self

    def expand(self, baseline: Baseline) -> Expansion:
        """The baseline, then each remaining combination once."""
        rows = [baseline_row()]
        seen: set[str] = set()
        for cell in self._cells():
            kept = self._varying(cell, baseline)
            row = _row(kept)
            if row.label not in seen and self._allowed(row, baseline):
                seen.add(row.label)
                rows.append(row)
        return Expansion(tuple(rows))

    def _cells(self) -> Iterator[Cell]:
        known = levels(self.factors)
        groups = {name: group for group in self.zip for name in group}
        axes = []
        for name in known:
            group = groups.get(name, (name,))
            if name == group[0]:
                axes.append(list(zip(*(known[member] for member in group), strict=True)))
        for choice in itertools.product(*axes):
            yield tuple(level for part in choice for level in part)

    def _varying(self, cell: Cell, baseline: Baseline) -> Cell:
        kept = cell
        for level in cell:
            others = tuple(item for item in kept if item is not level)
            if not _satisfied(self.when.get(level.factor, {}), _row(others), baseline):
                kept = others
        return kept

    def _allowed(self, row: RowSpec, baseline: Baseline) -> bool:
        return _satisfied(self.where, row, baseline)


def _satisfied(conditions: Allowed, row: RowSpec, baseline: Baseline) -> bool:
    return all(
        holds(_value(field, row, baseline), allowed) for field, allowed in conditions.items()
    )


def _value(field: str, row: RowSpec, baseline: Baseline) -> Any:
    written = get_field(apply_overrides(baseline.tree, row.overrides), field)
    return get_field(baseline.full, field) if written is None else written


def _row(cell: Cell) -> RowSpec:
    overrides = {key: value for level in cell for key, value in level.overrides.items()}
    origins: dict[str, KeyPath] = {
        key: level.origin if key == level.factor else (*level.origin, key)
        for level in cell
        for key in level.overrides
    }
    label = ", ".join(level.label for level in cell) or BASELINE
    names = {level.factor: level.name for level in cell}
    return RowSpec(label, overrides, origins, BASELINE, levels=names)
