from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ablate.report.statistics import change_weights

SHAPES = st.lists(st.integers(2, 4), min_size=1, max_size=4).map(tuple)


def value(weights, table):
    return math.fsum(weight * table[cell] for cell, weight in weights.items())


def test_of_two_by_two_the_interaction_is_the_difference_of_differences():
    table = np.array([[1.0, 2.0], [4.0, 9.0]])
    assert value(change_weights((2, 2), {0: (0, 1), 1: (0, 1)}), table) == (9 - 4) - (2 - 1)


@settings(deadline=None)
@given(SHAPES, st.data())
def test_a_main_effect_is_the_difference_of_two_means(shape, data):
    table = np.random.default_rng(0).normal(size=shape)
    axis = data.draw(st.integers(0, len(shape) - 1))
    old, new = data.draw(st.permutations(range(shape[axis])))[:2]
    means = table.mean(axis=tuple(other for other in range(len(shape)) if other != axis))
    found = value(change_weights(shape, {axis: (old, new)}), table)
    assert found == pytest.approx(means[new] - means[old], abs=1e-12)


@pytest.mark.parametrize("factors", [2, 3, 4])
def test_two_level_effects_are_the_coefficients_of_least_squares(factors):
    cells = list(itertools.product((0, 1), repeat=factors))
    table = np.random.default_rng(factors).normal(size=(2,) * factors)
    codes = np.array(cells) - 0.5
    subsets = [s for k in range(factors + 1) for s in itertools.combinations(range(factors), k)]
    design = np.stack([codes[:, list(subset)].prod(axis=1) for subset in subsets], axis=1)
    fitted = np.linalg.lstsq(design, np.array([table[cell] for cell in cells]))[0]
    for subset, coefficient in zip(subsets, fitted, strict=True):
        if subset:
            found = value(change_weights(table.shape, dict.fromkeys(subset, (0, 1))), table)
            assert found == pytest.approx(coefficient, abs=1e-12)


@settings(deadline=None)
@given(SHAPES.filter(lambda shape: len(shape) > 1))
def test_weights_sum_to_0_and_the_way_back_is_the_negative(shape):
    there = change_weights(shape, {0: (0, 1), 1: (0, shape[1] - 1)})
    back = change_weights(shape, {0: (1, 0), 1: (0, shape[1] - 1)})
    assert math.fsum(there.values()) == pytest.approx(0.0, abs=1e-12)
    assert {cell: -weight for cell, weight in there.items()} == back


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({}, "one that changes"),
        ({0: (0, 2)}, "cannot change from 0 to 2"),
        ({2: (0, 1)}, "factor 2"),
        ({0: (1, 1)}, "does not change"),
    ],
)
def test_a_change_that_is_none_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        change_weights((2, 2), changes)
