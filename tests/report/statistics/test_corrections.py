"""Holm, and Benjamini and Hochberg."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from ablate.report.statistics import benjamini_hochberg, holm

P_VALUES = st.lists(st.floats(0.0, 1.0), max_size=12)


def test_a_worked_example():
    p_values = [0.01, 0.04, 0.03, 0.005]
    assert holm(p_values) == pytest.approx((0.03, 0.06, 0.06, 0.02))
    assert benjamini_hochberg(p_values) == pytest.approx((0.02, 0.04, 0.04, 0.02))


@given(P_VALUES)
def test_benjamini_hochberg_agrees_with_scipy(p_values):
    expected = stats.false_discovery_control(p_values) if p_values else ()
    assert benjamini_hochberg(p_values) == pytest.approx(tuple(expected))


@given(P_VALUES)
def test_holm_rejects_exactly_what_the_step_down_procedure_rejects(p_values):
    alpha, rejected = 0.05, set()
    for rank, index in enumerate(sorted(range(len(p_values)), key=lambda i: p_values[i])):
        if p_values[index] * (len(p_values) - rank) >= alpha:
            break
        rejected.add(index)
    assert {i for i, p in enumerate(holm(p_values)) if p < alpha} == rejected


@given(P_VALUES)
def test_corrections_keep_order_and_never_help(p_values):
    for corrected in (holm(p_values), benjamini_hochberg(p_values)):
        assert all(new >= old for new, old in zip(corrected, p_values, strict=True))
        assert all(p <= 1.0 for p in corrected)
        by_size = sorted(zip(p_values, corrected, strict=True))
        assert [new for _, new in by_size] == sorted(corrected)


def test_one_comparison_needs_no_correction():
    assert holm([0.04]) == benjamini_hochberg([0.04]) == (0.04,)
