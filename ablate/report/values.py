"""The number behind a cell, for readers that sort or calculate."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ablate.report.cells import (
    Cell,
    Count,
    Duration,
    Epochs,
    Mean,
    MeanStd,
    Number,
    Quantity,
    Seeds,
    Shared,
    Text,
)
from ablate.report.comparison_cells import Delta, Wins
from ablate.report.number_format import ABSENT

_NUMBER = re.compile(r"[+-]?(\d+(,\d{3})*(\.\d*)?|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)


def value_of(cell: Cell) -> float | None:
    """The unrounded number that a cell is sorted by, in the unit it is stored in; ``None`` for words.

    A cell of several numbers counts by the first of them.

    >>> value_of(Text("1e-3")), value_of(Text("[12]")), value_of(Epochs((None, 7)))
    (0.001, None, 7.0)
    """
    match cell:
        case MeanStd() | Mean():
            return cell.summary.mean
        case Number() | Count() | Quantity():
            return cell.value
        case Delta():
            return cell.comparison.delta if cell.comparison else None
        case Wins():
            return cell.comparison.wins if cell.comparison else None
        case Seeds():
            return cell.done
        case Duration():
            return cell.seconds
        case Epochs():
            return next((float(epoch) for epoch in cell.epochs if epoch is not None), None)
        case Shared():
            return next(
                (value for part in cell.parts if (value := value_of(part)) is not None), None
            )
        case Text() if _NUMBER.fullmatch(cell.text):
            return float(cell.text.replace(",", ""))
        case _:
            return None


def written(value: float) -> str:
    """A value with 12 significant digits: what follows may differ between versions of the libraries.

    >>> written(0.1 + 0.2), written(4414)
    ('0.3', '4414')
    """
    return f"{value:.12g}"


def is_numeric(column: Sequence[Cell]) -> bool:
    """Whether a column holds numbers, and nothing else but the sign that there is none."""
    values = [value_of(cell) for cell in column]
    known = any(value is not None for value in values)
    return known and all(
        value is not None or cell.text == ABSENT for cell, value in zip(column, values, strict=True)
    )
