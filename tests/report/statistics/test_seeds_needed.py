from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from ablate.report.statistics import MOST_SEEDS, POWER, seeds_needed
from ablate.report.statistics.seeds_needed import paired_t_power

SIZES = st.floats(0.05, 5.0)


def power_by_scipy(delta, std, n, alpha):
    critical, shift = stats.t.isf(alpha / 2, n - 1), abs(delta) / std * n**0.5
    return stats.nct.sf(critical, n - 1, shift) + stats.nct.cdf(-critical, n - 1, shift)


@pytest.mark.parametrize("n", [2, 3, 5, 10, 30])
@pytest.mark.parametrize("effect", [0.1, 0.3, 0.5, 1.0])
@pytest.mark.parametrize("alpha", [0.05, 0.05 / 4])
def test_power_is_that_of_the_noncentral_t(n, effect, alpha):
    expected = power_by_scipy(effect, 1.0, n, alpha)
    assert paired_t_power(effect, 1.0, n, alpha) == pytest.approx(expected, abs=5e-4)


@pytest.mark.parametrize(("effect", "n"), [(0.5, 34), (0.8, 15), (1.0, 10), (1.5, 6)])
def test_published_sample_sizes_of_the_paired_t_test(effect, n):
    # G*Power 3.1, means of two dependent groups, two-sided, alpha .05, power .8
    assert seeds_needed(effect, 1.0) == n


def test_an_effect_beyond_all_noise_has_power_one():
    assert paired_t_power(1e6, 1.0, 3) == pytest.approx(1.0)
    assert seeds_needed(-1e6, 1.0) == 2


def test_no_difference_and_a_tiny_one_are_never_told():
    assert seeds_needed(0.0, 1.0) is None
    assert seeds_needed(0.01, 1.0) is None


@given(SIZES, SIZES, st.floats(1.0, 3.0))
def test_a_larger_difference_needs_no_more_seeds(delta, std, factor):
    small, large = seeds_needed(delta, std), seeds_needed(delta * factor, std)
    assert (large or MOST_SEEDS + 1) <= (small or MOST_SEEDS + 1)


@given(SIZES, SIZES, st.integers(2, 12))
def test_more_comparisons_need_no_fewer_seeds(delta, std, comparisons):
    alone = seeds_needed(delta, std)
    among = seeds_needed(delta, std, alpha=0.05 / comparisons)
    assert (alone or MOST_SEEDS + 1) <= (among or MOST_SEEDS + 1)


@given(SIZES, SIZES)
def test_the_answer_is_the_first_with_the_power(delta, std):
    n = seeds_needed(delta, std)
    if n is not None:
        assert paired_t_power(delta, std, n) >= POWER
        assert n == 2 or paired_t_power(delta, std, n - 1) < POWER


@given(SIZES, SIZES, st.floats(0.01, 100.0))
def test_units_and_signs_do_not_matter(delta, std, unit):
    power = paired_t_power(delta, std, 5)
    assert paired_t_power(-delta * unit, std * unit, 5) == pytest.approx(power)


@pytest.mark.parametrize(("std", "n"), [(0.0, 5), (1.0, 1)])
def test_power_needs_pairs_and_a_spread(std, n):
    with pytest.raises(ValueError, match="power needs"):
        paired_t_power(1.0, std, n)
