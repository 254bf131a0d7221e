"""Exact Shapley values: what each component gives, averaged over all orders of adding it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations

#: Components that are there together.
Subset = frozenset[str]


def shapley_values(worth: Mapping[Subset, float]) -> dict[str, float]:
    """Each component's share of ``worth[all] - worth[none]``, in alphabetical order.

    ``worth`` maps every one of the 2^c sets of components to its value (Shapley, "A value for
    n-person games", 1953).

    Raises:
        ValueError: a set of components has no value.

    >>> shapley_values({frozenset(): 70.0, frozenset("A"): 71.0,
    ...                 frozenset("B"): 70.5, frozenset("AB"): 72.5})
    {'A': 1.5, 'B': 1.0}
    """
    components = sorted(frozenset().union(*worth))
    missing = [sorted(subset) for subset in _subsets(components) if subset not in worth]
    if missing:
        raise ValueError(f"Shapley values need every set of components; missing: {missing}")
    return {
        name: math.fsum(
            weight * worth[subset] for subset, weight in shapley_weights(name, components).items()
        )
        for name in components
    }


def shapley_weights(component: str, components: Iterable[str]) -> dict[Subset, float]:
    """The weight of each set of components in the Shapley value of one of them; they sum to 0.

    >>> shapley_weights("A", "AB") == {frozenset(): -0.5, frozenset("A"): 0.5,
    ...                                frozenset("B"): -0.5, frozenset("AB"): 0.5}
    True
    """
    every = sorted(components)
    count = len(every)
    return {
        subset: 1.0 / (count * math.comb(count - 1, len(subset) - 1))
        if component in subset
        else -1.0 / (count * math.comb(count - 1, len(subset)))
        for subset in _subsets(every)
    }


def _subsets(components: list[str]) -> Iterator[Subset]:
    for size in range(len(components) + 1):
        yield from map(frozenset, combinations(components, size))
