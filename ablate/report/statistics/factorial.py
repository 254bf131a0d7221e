"""Effects and interactions of a complete factorial design, as weights of its cells."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence

#: One level of each factor, by their places.
Cell = tuple[int, ...]


def change_weights(
    shape: Sequence[int], changes: Mapping[int, tuple[int, int]]
) -> dict[Cell, float]:
    """The weights of a factorial's cells whose sum tells what changing some of its factors does.

    Of one factor that is its main effect, of two their interaction: by how much the effect of one changes as the other
    does. Both are averaged over the levels of the other factors (Yates, "The Design and Analysis of Factorial
    Experiments", 1937). Weights sum to 0; cells of weight 0 are left out.

    Args:
        shape: how many levels each factor has.
        changes: factor to the levels that it changes (from, to), all by their places.

    Raises:
        ValueError: nothing changes, or a level or factor that does not exist.

    >>> change_weights((2, 2), {0: (0, 1)})
    {(0, 0): -0.5, (0, 1): -0.5, (1, 0): 0.5, (1, 1): 0.5}
    >>> change_weights((2, 2), {0: (0, 1), 1: (0, 1)})
    {(0, 0): 1.0, (0, 1): -1.0, (1, 0): -1.0, (1, 1): 1.0}
    """
    if not changes:
        raise ValueError("a contrast of factors needs one that changes")
    for factor, (old, new) in changes.items():
        if not 0 <= factor < len(shape) or not 0 <= min(old, new) <= max(old, new) < shape[factor]:
            raise ValueError(f"factor {factor} cannot change from {old} to {new} in {shape}")
        if old == new:
            raise ValueError(f"factor {factor} does not change: {old} is {new}")
    cells = itertools.product(*map(range, shape))
    weights = {cell: _weight(cell, shape, changes) for cell in cells}
    return {cell: weight for cell, weight in weights.items() if weight}


def _weight(cell: Cell, shape: Sequence[int], changes: Mapping[int, tuple[int, int]]) -> float:
    others = math.prod(size for factor, size in enumerate(shape) if factor not in changes)
    signs = (
        (cell[factor] == new) - (cell[factor] == old) for factor, (old, new) in changes.items()
    )
    return math.prod(signs) / others
