"""Which colour and which shape points of a class have."""

from __future__ import annotations

from dataclasses import dataclass

from ablate.report.figures.palette import (
    BLACK,
    BLUE,
    GREEN,
    OLIVE,
    ORANGE,
    PINK,
    SKY,
    VERMILION,
    VIOLET,
    WINE,
)

#: Grey is no class.
COLORS = (BLUE, ORANGE, GREEN, VERMILION, SKY, PINK, OLIVE, BLACK, WINE, VIOLET)
#: As many as have no divisor in common with the colours, so that both change from class to class.
SHAPES = ("o", "s", "^", "D", "v", "P", "X")


@dataclass(frozen=True, slots=True)
class Mark:
    """A colour and a shape; ``hollow`` ones are drawn as outlines."""

    color: str
    shape: str
    hollow: bool


#: So many classes have marks of their own.
MOST_MARKS = 2 * len(COLORS) * len(SHAPES)


def mark_of(label: int) -> Mark:
    """The mark of a class by its number; they repeat after :data:`MOST_MARKS`.

    >>> mark_of(0), mark_of(70).hollow
    (Mark(color='#0072B2', shape='o', hollow=False), True)
    """
    turn = label // (len(COLORS) * len(SHAPES))
    return Mark(COLORS[label % len(COLORS)], SHAPES[label % len(SHAPES)], turn % 2 == 1)
