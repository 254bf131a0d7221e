"""Contrasts that an ablation declares: questions about several of its rows at once."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from ablate.errors import did_you_mean
from ablate.plan.types import Contrast, Row
from ablate.spec.blame import Mistake
from ablate.spec.options import invalid
from ablate.spec.text import show_value

#: Weights add up to this much at most, for those that no decimal writes exactly.
ROUNDING = 1e-9


def _weight(value: Any) -> Any:
    """A number, or a fraction as text such as ``-1/3``."""
    if not isinstance(value, str) or "/" not in value:
        return value
    try:
        return float(Fraction(value))
    except (ValueError, ZeroDivisionError):
        raise invalid(f"must be a number or a fraction such as -1/3, not {value!r}") from None


def _balanced(weights: dict[str, float]) -> dict[str, float]:
    total = math.fsum(weights.values())
    if abs(total) > ROUNDING:
        rule = (
            f"the weights of a contrast must sum to 0, these sum to {show_value(round(total, 9))}"
        )
        remedy = "Against a mean, write fractions: {A: 1, B: -1/3, C: -1/3, D: -1/3}"
        raise invalid(rule, remedy)
    if not any(weights.values()):
        raise invalid("a contrast needs rows with weights other than 0", "Such as {A: 1, B: -1}")
    return weights


Weight = Annotated[
    float,
    BeforeValidator(_weight, json_schema_input_type=float | str),
    Field(allow_inf_nan=False),
]

#: Label of a row to its weight.
Weights = Annotated[dict[str, Weight], AfterValidator(_balanced)]


def unknown_rows(contrasts: Mapping[str, Weights], labels: list[str]) -> Iterator[Mistake]:
    """What is wrong with contrasts of rows that an ablation does not have."""
    for name, weights in contrasts.items():
        for label in weights:
            if label not in labels:
                hint = did_you_mean(label, labels)
                yield ("contrasts", name, label), f"'{label}' is not a row of this ablation", hint


def plan_contrasts(
    contrasts: Mapping[str, Weights], rows: tuple[Row, ...], keys: Mapping[str, str], baseline: str
) -> tuple[Contrast, ...]:
    """The contrasts in terms of the rows that there are: one that equals the baseline has one row with it.

    Args:
        contrasts: name to weights, by the labels of the study file.
        rows: those of the table.
        keys: label to condition key, of all rows whose configuration is known.
        baseline: the condition key of the baseline.
    """
    merged = {row.condition: row.label for row in rows if row.condition == baseline}
    labels = {label: merged.get(key, label) for label, key in keys.items()}
    return tuple(
        Contrast(name, tuple((labels.get(label, label), weight) for label, weight in own.items()))
        for name, own in contrasts.items()
    )
