"""One column per factor, where that reads better than the rows' names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ablate.report.analysis import Analysis, RowAnalysis
from ablate.report.number_format import ABSENT
from ablate.report.searching import rounded, tuned_fields
from ablate.spec.text import show_value


def tuned_columns(analysis: Analysis) -> tuple[str, ...]:
    """The fields that the ablation's searches vary, whose values every row shows."""
    return tuned_fields(analysis.searches)


def factor_columns(analysis: Analysis) -> tuple[str, ...]:
    """The factors that name the rows of a grid or of a single factor's sweep, else none.

    So do two or more factors of a grid of which every row has a level. A factor otherwise gets a column if all its
    levels are plain values; rows that the study names otherwise than by their levels keep their names, and so do rows
    that the factors cannot tell apart.
    """
    ablation = analysis.ablation
    tuned = tuned_columns(analysis)
    factors = tuple(factor for factor in ablation.factors if factor not in tuned)
    if ablation.waiting:
        return ()  # rows without a configuration have nothing but their names
    if ablation.design == "grid" and _all_named(analysis, tuned):
        return tuple(ablation.axes)
    sweep = ablation.design == "one-factor" and len(factors) == 1
    if not factors or not (sweep or ablation.design == "grid"):
        return ()
    levels = [tuple(level_text(row, factor) for factor in factors) for row in analysis.rows]
    if len(set(levels)) < len(levels):
        return ()
    readable = all(_named_by_levels(row, factors) for row in analysis.rows)
    return factors if readable else ()


def level_text(row: RowAnalysis, field: str) -> str:
    """The level of a factor as the design names it, else in a row's resolved configuration; ``-`` if absent there."""
    named = row.results.row.levels.get(field)
    return show_value(_level(row, field)) if named is None else named


def found_text(row: RowAnalysis, field: str) -> str:
    """The same of a field that a search varies, with few digits."""
    return show_value(rounded(_level(row, field)))


def _level(row: RowAnalysis, field: str) -> Any:
    value: Any = row.results.condition.config
    for name in field.split("."):
        known = isinstance(value, Mapping)
        value = value.get(name, ABSENT) if known else getattr(value, name, ABSENT)
    return value


def _all_named(analysis: Analysis, tuned: Sequence[str]) -> bool:
    """Whether the names of levels, two or more, say all that there is to say of every row."""
    axes = analysis.ablation.axes
    complete = all(row.results.row.levels.keys() == axes.keys() for row in analysis.rows)
    return len(axes) > 1 and complete and not set(tuned).intersection(axes)


def _named_by_levels(row: RowAnalysis, factors: Sequence[str]) -> bool:
    changes = row.results.condition.changes
    changed = [changes[factor] for factor in factors if factor in changes]
    return all(_is_plain(value) and _is_shown(value, row.label) for value in changed)


def _is_shown(value: Any, label: str) -> bool:
    """Whether a label such as ``lr=0.001, dropout=0`` states a level."""
    written = int(value) if isinstance(value, float) and value.is_integer() else value
    return any(f"={show_value(spelling)}" in label for spelling in (value, written))


def _is_plain(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return all(_is_plain(item) for item in value)
    return value is None or isinstance(value, bool | int | float | str)
