"""Colours, dashes and marks that any colour vision, and a black and white print, can tell apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: Okabe and Ito's colours, their yellow and their black a little darker and lighter, and two more.
BLUE, ORANGE, GREEN, VERMILION, SKY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#56B4E9"
PINK, OLIVE, BLACK, WINE, VIOLET = "#CC79A7", "#B8A500", "#1A1A1A", "#882255", "#6A3DB8"

#: What stands behind, beside and around what matters, from dark to light.
NOTE, QUIET, FAINT, STRIPE = "0.35", "0.55", "0.85", "0.95"

#: (offset, (on, off, ...)) in points, or the name of a full line.
Dashes = Literal["-"] | tuple[float, tuple[float, ...]]

_COLORS = (BLUE, VERMILION, GREEN, PINK, ORANGE, SKY, VIOLET)
_DASHES: tuple[Dashes, ...] = (
    "-",
    (0.0, (5.0, 1.6)),
    (0.0, (1.2, 1.2)),
    (0.0, (6.0, 1.5, 1.2, 1.5)),
)
_MARKERS = ("o", "s", "^", "D", "v")


@dataclass(frozen=True, slots=True)
class Line:
    """How the line of a row looks."""

    color: str
    dashes: Dashes
    marker: str
    width: float = 1.5


#: Every other row is compared with it.
REFERENCE = Line(BLACK, "-", "", 2.4)


def line_of(number: int) -> Line:
    """The line of a row by its number; colour, dashes and marks all change from one to the next.

    >>> len({line_of(number) for number in range(140)})
    140
    """
    return Line(
        _COLORS[number % len(_COLORS)],
        _DASHES[number % len(_DASHES)],
        _MARKERS[number % len(_MARKERS)],
    )
