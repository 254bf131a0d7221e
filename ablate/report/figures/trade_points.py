"""What rows reach and what they cost, and which of them nothing cheaper matches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TradePoint:
    """A row: its cost, and the mean and the spread of its metric in the unit of the axis."""

    label: str
    cost: float
    value: float
    spread: float | None = None
    reference: bool = False


@dataclass(frozen=True, slots=True)
class TradeOff:
    """The rows in order; ``cost`` and ``quantity`` are the axes with their units; ``note`` stands below.

    Costs are numbers, or seconds where ``seconds`` says so.
    """

    points: tuple[TradePoint, ...]
    cost: str
    quantity: str
    maximize: bool
    seconds: bool = False
    note: str = ""


def pareto_front(points: Sequence[TradePoint], *, maximize: bool) -> tuple[int, ...]:
    """The numbers of the points that no other one matches at a lower cost or beats at the same, cheapest first.

    >>> points = [TradePoint("a", 1, 0.5), TradePoint("b", 2, 0.4), TradePoint("c", 3, 0.7)]
    >>> pareto_front(points, maximize=True)
    (0, 2)
    """
    sign = 1.0 if maximize else -1.0
    order = sorted(range(len(points)), key=lambda n: (points[n].cost, -sign * points[n].value, n))
    front: list[int] = []
    for number in order:
        if not front or sign * points[number].value > sign * points[front[-1]].value:
            front.append(number)
    return tuple(front)
