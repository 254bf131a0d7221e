"""One column per factor, where that reads better than the rows' names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ablate.report.analysis import Analysis, RowAnalysis
from ablate.report.cells import ABSENT
from ablate.spec.text import show_value


def factor_columns(analysis: Analysis) -> tuple[str, ...]:
    """The factors that name the rows of a grid or of a single factor's sweep, else none.

    A factor gets a column if all its levels are plain values; rows that the study names otherwise
    than by their levels keep their names, and so do rows that the factors cannot tell apart.
    """
    ablation = analysis.ablation
    factors = ablation.factors
    sweep = ablation.design == "one-factor" and len(factors) == 1
    if not factors or not (sweep or ablation.design == "grid"):
        return ()
    levels = [tuple(level_text(row, factor) for factor in factors) for row in analysis.rows]
    if len(set(levels)) < len(levels):
        return ()
    readable = all(_named_by_levels(row, factors) for row in analysis.rows)
    return factors if readable else ()


def level_text(row: RowAnalysis, field: str) -> str:
    """The level of a factor in a row's resolved configuration, ``-`` where the field is absent."""
    value: Any = row.results.condition.config
    for name in field.split("."):
        value = getattr(value, name, ABSENT)
    return show_value(value)


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
