from __future__ import annotations

import itertools

import numpy as np
import pytest

from ablate.report.statistics import shapley_values, shapley_weights

WORTH = {"": 70, "A": 71, "B": 70.5, "C": 70.2, "AB": 72.5, "AC": 71.1, "BC": 71.0, "ABC": 73}


def test_a_worked_example():
    found = shapley_values({frozenset(names): float(worth) for names, worth in WORTH.items()})
    assert found == pytest.approx({"A": 1.48333, "B": 1.18333, "C": 0.33333}, abs=1e-5)
    assert sum(found.values()) == pytest.approx(3.0)


def test_is_the_mean_gain_over_all_orders():
    names = "ABCD"
    random = np.random.default_rng(0)
    subsets = [frozenset(c) for k in range(5) for c in itertools.combinations(names, k)]
    worth = {subset: float(random.normal()) for subset in subsets}
    gains = {name: [] for name in names}
    for order in itertools.permutations(names):
        for place, name in enumerate(order):
            gains[name].append(
                worth[frozenset(order[: place + 1])] - worth[frozenset(order[:place])]
            )
    assert shapley_values(worth) == pytest.approx({n: np.mean(gain) for n, gain in gains.items()})


def test_names_the_missing_sets():
    with pytest.raises(ValueError, match=r"\['A', 'B'\]"):
        shapley_values({frozenset(): 0.0, frozenset("A"): 1.0, frozenset("B"): 1.0})


def test_weights_are_the_same_values_and_sum_to_0():
    worth = {frozenset(names): float(value) for names, value in WORTH.items()}
    for name, value in shapley_values(worth).items():
        weights = shapley_weights(name, "ABC")
        assert sum(weights.values()) == pytest.approx(0.0, abs=1e-15)
        assert sum(weights[s] * worth[s] for s in worth) == pytest.approx(value)
