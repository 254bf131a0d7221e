"""What a search may propose: which dimensions are active, which values they take, and trial proposals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ablate.plan.search.types import Dimension

#: A proposal: dotted field to value, of the active dimensions.
Params = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Probe:
    """One value of one dimension, within proposals in which the others have their first or their last value."""

    dimension: Dimension
    value: Any
    proposals: tuple[Params, ...]


def is_active(dimension: Dimension, params: Params) -> bool:
    """Whether a dimension varies, given the values of those that stand before it.

    >>> momentum = Dimension("optimizer.momentum", "float", 0.0, 0.9, when={"optimizer.name": ("sgd",)})
    >>> [is_active(momentum, {"optimizer.name": name}) for name in ("sgd", "adam")]
    [True, False]
    """
    return all(
        field in params and any(same(params[field], value) for value in allowed)
        for field, allowed in dimension.when.items()
    )


def takes(dimension: Dimension, value: Any) -> bool:
    """Whether a search may propose this value.

    >>> takes(Dimension("data.batch_size", "int", 16, 64, step=16), 48)
    True
    """
    if dimension.kind == "choice":
        return any(same(value, choice) for choice in dimension.choices)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    if dimension.kind == "int" and not isinstance(value, int):
        return False
    within = dimension.low <= value <= dimension.high
    return within and (
        dimension.step is None or whole_steps(dimension.low, value, dimension.step) is not None
    )


def same(first: Any, second: Any) -> bool:
    """Whether two values are equal and of one type: ``1`` is neither ``true`` nor ``1.0``."""
    return type(first) is type(second) and bool(first == second)


def whole_steps(low: float, high: float, step: float) -> int | None:
    """How many steps lead from ``low`` to ``high``, counted as the numbers are written; ``None`` if not a whole number.

    >>> whole_steps(0.0, 0.3, 0.1), whole_steps(0.0, 0.35, 0.1)
    (3, None)
    """
    first, last, each = (Decimal(repr(number)) for number in (low, high, step))
    count = (last - first) / each
    return int(count) if count == count.to_integral_value() else None


def ends(dimension: Dimension) -> tuple[Any, ...]:
    """The ends of a range, or every choice."""
    return dimension.choices or (dimension.low, dimension.high)


def probes(space: Sequence[Dimension]) -> Iterator[Probe]:
    """Each end of each range and each choice, with what makes its dimension active."""
    for dimension in space:
        for value in ends(dimension):
            fixed = {**_activation(space, dimension), dimension.field: value}
            proposals = (_proposal(space, fixed, place) for place in (0, -1))
            yield Probe(
                dimension, value, tuple(found for found in proposals if dimension.field in found)
            )


def _activation(space: Sequence[Dimension], dimension: Dimension) -> dict[str, Any]:
    fixed: dict[str, Any] = {}
    for other in space:
        if other.field in dimension.when:
            fixed |= {**_activation(space, other), other.field: dimension.when[other.field][0]}
    return fixed


def _proposal(space: Sequence[Dimension], fixed: Params, place: int) -> Params:
    params: dict[str, Any] = {}
    for dimension in space:
        if is_active(dimension, params):
            params[dimension.field] = fixed.get(dimension.field, ends(dimension)[place])
    return params
