"""Exact Shapley values: what each component gives, averaged over all orders of adding it."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from math import comb


def shapley_values(worth: Mapping[frozenset[str], float]) -> dict[str, float]:
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
    sizes = range(len(components) + 1)
    subsets = [frozenset(chosen) for size in sizes for chosen in combinations(components, size)]
    missing = [sorted(subset) for subset in subsets if subset not in worth]
    if missing:
        raise ValueError(f"Shapley values need every set of components; missing: {missing}")
    return {name: _share(name, subsets, worth) for name in components}


def _share(
    name: str, subsets: list[frozenset[str]], worth: Mapping[frozenset[str], float]
) -> float:
    others = len(subsets[-1]) - 1
    gains = (
        (worth[subset | {name}] - worth[subset]) / comb(others, len(subset))
        for subset in subsets
        if name not in subset
    )
    return sum(gains) / (others + 1)
