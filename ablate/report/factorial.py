"""The factors behind an ablation's rows, where these are their full product: grids, and variants that fill one."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ablate.plan.designs.levels import short_names
from ablate.report.analysis import Analysis, RowAnalysis
from ablate.report.cells import ABSENT
from ablate.report.searching import tuned_fields
from ablate.report.setting_values import differing, fields_of
from ablate.spec.options import to_tree
from ablate.spec.text import level_names

#: From so many combinations on, one may be missing: fewer are rarely meant as a product.
LEAST_WITH_GAP = 6

#: Level names, one for each axis.
Cell = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Axis:
    """A factor and its levels. ``base`` is the one that the others are compared with.

    ``also`` are fields that change exactly where this one does.
    """

    name: str
    levels: tuple[str, ...]
    base: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Factorial:
    """Rows as cells of a product; ``outside`` are rows that are none of them, such as a baseline apart."""

    axes: tuple[Axis, ...]
    cells: Mapping[Cell, RowAnalysis]
    outside: tuple[RowAnalysis, ...] = ()

    @property
    def missing(self) -> tuple[Cell, ...]:
        """The combinations that no row has."""
        every = itertools.product(*(axis.levels for axis in self.axes))
        return tuple(cell for cell in every if cell not in self.cells)

    @property
    def short(self) -> tuple[str, ...]:
        """A short name of each axis."""
        names = tuple(axis.name for axis in self.axes)
        return tuple(short_names(names)[name] for name in names)

    @property
    def base(self) -> RowAnalysis | None:
        """The row with every factor at its base."""
        return self.cells.get(tuple(axis.base for axis in self.axes))

    @property
    def has_values(self) -> bool:
        """Whether any trial has given a value."""
        return any(row.primary.n for row in self.cells.values())


def factorial_of(analysis: Analysis) -> Factorial | None:
    """The factors of an ablation: two or more, of whose combinations no row is missing, or but one of many.

    They are the factors that the design names, else the fields in which variants differ. Factors that change together
    count as one. ``None`` where rows are no such product, or are still searched for.
    """
    if analysis.ablation.waiting:
        return None
    found = _declared(analysis) if analysis.ablation.axes else _differing(analysis)
    if found is None:
        return None
    axes, inside = found
    axes = _together(axes, [inside[row.label] for row in analysis.rows if row.label in inside])
    rows = {row.label: row for row in analysis.rows}
    cells = {
        tuple(levels[axis.name] for axis in axes): rows[label] for label, levels in inside.items()
    }
    if len(axes) < 2 or len(cells) < len(inside) or not _is_product(axes, len(cells)):
        return None
    outside = tuple(row for row in analysis.rows if row.label not in inside)
    return Factorial(tuple(axes), cells, outside)


#: Label of a row to the level of each factor, by their names.
_Levels = Mapping[str, Mapping[str, str]]


def _declared(analysis: Analysis) -> tuple[list[Axis], _Levels] | None:
    known = analysis.ablation.axes
    inside = {row.label: row.results.row.levels for row in analysis.rows if row.results.row.levels}
    if not inside or any(len(levels) < len(known) for levels in inside.values()):
        return None  # a factor that does not apply to every row
    first = next(iter(inside.values()))
    return [Axis(name, levels, first[name]) for name, levels in known.items()], inside


def _differing(analysis: Analysis) -> tuple[list[Axis], _Levels] | None:
    """The fields in which the rows of ``variants`` differ, and each row's level of them."""
    if analysis.ablation.design != "variants" or len(analysis.rows) < 4:
        return None
    configs = [row.results.condition.config for row in analysis.rows]
    tuned = set(tuned_fields(analysis.searches))
    names = [name for name in differing(configs) if name not in tuned]
    rows = [fields_of(config) for config in configs]
    columns = {name: _column([to_tree(row.get(name, ABSENT)) for row in rows]) for name in names}
    axes = [Axis(name, tuple(dict.fromkeys(column)), column[0]) for name, column in columns.items()]
    inside = {
        row.label: {name: column[place] for name, column in columns.items()}
        for place, row in enumerate(analysis.rows)
    }
    return axes, inside


def _column(values: Sequence[object]) -> list[str]:
    """The name of each row's level, the same for equal values and for no others."""
    distinct = {repr(value): value for value in values}
    names = dict(zip(distinct, level_names(list(distinct.values())), strict=True))
    return [names[repr(value)] for value in values]


def _together(axes: Iterable[Axis], rows: Sequence[Mapping[str, str]]) -> list[Axis]:
    """The axes that vary, those that always change together as one."""
    found: dict[tuple[int, ...], Axis] = {}
    for axis in axes:
        places = {
            level: place for place, level in enumerate(dict.fromkeys(r[axis.name] for r in rows))
        }
        pattern = tuple(places[row[axis.name]] for row in rows)
        if len(places) < 2:
            continue
        first = found.get(pattern)
        found[pattern] = replace(first, also=(*first.also, axis.name)) if first else axis
    return list(found.values())


def _is_product(axes: Sequence[Axis], cells: int) -> bool:
    total = math.prod(len(axis.levels) for axis in axes)
    return cells == total or (cells == total - 1 and total >= LEAST_WITH_GAP)
