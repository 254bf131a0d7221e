"""The factors behind an ablation's rows, where these are their full product: grids, and variants that fill one."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ablate.plan.designs.levels import short_names
from ablate.report.analysis import Analysis, RowAnalysis
from ablate.report.number_format import ABSENT
from ablate.report.searching import tuned_fields
from ablate.report.setting_values import compact, differing, fields_of
from ablate.report.wording import listed
from ablate.spec.options import to_tree
from ablate.spec.text import level_names, show_value

#: From so many combinations on, one may be missing: fewer are rarely meant as a product.
LEAST_WITH_GAP = 6

#: Fields that a factor of several is named by.
MOST_JOINED = 3
#: Longer names of levels are cut where that leaves them different.
MOST_CHARACTERS = 48

#: Level names, one for each axis.
Cell = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Axis:
    """A factor and its levels, of which ``base`` is the one that the others are compared with.

    Several ``fields`` are a factor together where they always change at once.
    """

    fields: tuple[str, ...]
    levels: tuple[str, ...]
    base: str

    @property
    def name(self) -> str:
        """``optimizer.lr``, or ``optimizer.lr + train.freeze``."""
        return _joined(self.fields)


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
        names = short_names(tuple(field for axis in self.axes for field in axis.fields))
        return tuple(_joined([names[field] for field in axis.fields]) for axis in self.axes)

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
    levels = _declared(analysis) if analysis.ablation.axes else _differing(analysis)
    if levels is None:
        return None
    inside = [row for row in analysis.rows if row.label in levels]
    groups = _together([levels[row.label] for row in inside])
    keys = [tuple(_level(levels[row.label], group) for group in groups) for row in inside]
    axes = tuple(
        Axis(group, _order(analysis, group, [key[place] for key in keys]), keys[0][place])
        for place, group in enumerate(groups)
    )
    cells = dict(zip(keys, inside, strict=True))
    if len(axes) < 2 or len(cells) < len(inside) or not _is_product(axes, len(cells)):
        return None
    outside = tuple(row for row in analysis.rows if row.label not in levels)
    return Factorial(axes, cells, outside)


def joint_sentences(factorial: Factorial) -> Iterator[str]:
    """Which fields change together."""
    for axis in factorial.axes:
        if len(axis.fields) > 1:
            yield f"{listed(axis.fields)} always change together, and cannot be told apart."


#: Label of a row to the level of each factor, by their names.
_Levels = Mapping[str, Mapping[str, str]]


def _declared(analysis: Analysis) -> _Levels | None:
    """The levels that the design names; ``None`` if a factor does not apply to every row, or to none."""
    rows = {row.label: row.results.row.levels for row in analysis.rows}
    inside = {label: levels for label, levels in rows.items() if levels}
    complete = all(len(levels) == len(analysis.ablation.axes) for levels in inside.values())
    return inside if inside and complete else None


def _differing(analysis: Analysis) -> _Levels | None:
    """The fields in which the rows of ``variants`` differ, and each row's level of them."""
    if analysis.ablation.design != "variants" or len(analysis.rows) < 4:
        return None
    configs = [row.results.condition.config for row in analysis.rows]
    tuned = set(tuned_fields(analysis.searches))
    names = [name for name in differing(configs) if name not in tuned]
    rows = [fields_of(config) for config in configs]
    columns = {name: _column([row.get(name, ABSENT) for row in rows]) for name in names}
    return {
        row.label: {name: column[place] for name, column in columns.items()}
        for place, row in enumerate(analysis.rows)
    }


def _column(values: Sequence[object]) -> list[str]:
    """The name of each row's level, the same for equal values and for no others."""
    distinct = {repr(to_tree(value)): value for value in values}
    names = dict(zip(distinct, _level_names(list(distinct.values())), strict=True))
    return [names[repr(to_tree(value))] for value in values]


def _level_names(values: Sequence[object]) -> Sequence[str]:
    """Names that titles have room for; members of lists without their defaults where they are long otherwise."""
    names = level_names([to_tree(value) for value in values])
    if max(map(len, names)) <= MOST_CHARACTERS:
        return names
    short = [show_value(compact(value), MOST_CHARACTERS) for value in values]
    return short if len(set(short)) == len(names) else names


def _together(rows: Sequence[Mapping[str, str]]) -> list[tuple[str, ...]]:
    """The factors that vary, those that always change at once as one."""
    found: dict[tuple[int, ...], tuple[str, ...]] = {}
    for name in rows[0]:
        column = [row[name] for row in rows]
        places = {level: place for place, level in enumerate(dict.fromkeys(column))}
        if len(places) > 1:
            pattern = tuple(places[level] for level in column)
            found[pattern] = (*found.get(pattern, ()), name)
    return list(found.values())


def _level(levels: Mapping[str, str], group: Sequence[str]) -> str:
    return ", ".join(levels[name] for name in group[:MOST_JOINED])


def _joined(names: Sequence[str]) -> str:
    more = len(names) - MOST_JOINED
    return " + ".join([*names[:MOST_JOINED], *([f"{more} more"] if more > 0 else [])])


def _order(analysis: Analysis, group: Sequence[str], found: Iterable[str]) -> tuple[str, ...]:
    """The levels in the order of the study file, as far as the design names them, else in that of the rows."""
    known = dict.fromkeys(found)
    declared = analysis.ablation.axes.get(group[0], ()) if len(group) == 1 else ()
    return tuple(level for level in declared if level in known) or tuple(known)


def _is_product(axes: Sequence[Axis], cells: int) -> bool:
    total = math.prod(len(axis.levels) for axis in axes)
    return cells == total or (cells == total - 1 and total >= LEAST_WITH_GAP)
