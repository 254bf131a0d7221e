from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from ablate.report.statistics import paired_t

# R's data set "sleep": extra hours of sleep under two drugs
FIRST = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
SECOND = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]

VALUES = st.floats(0.0, 1.0, allow_subnormal=False).map(lambda value: round(value, 6))


def test_the_sleep_data_of_r():
    found = paired_t(FIRST, SECOND)
    assert found.t == pytest.approx(-4.062128, abs=1e-6)
    assert found.p == pytest.approx(0.00283289, abs=1e-8)
    assert (found.low, found.high) == pytest.approx((-2.459886, -0.700114), abs=1e-6)
    assert found.df == 9


def test_three_seeds():
    found = paired_t([73.0, 73.9, 72.6], [72.1, 72.8, 71.9])
    assert found.delta == pytest.approx(0.9)
    assert found.standard_error == pytest.approx(0.2 / 3**0.5)
    assert found.t == pytest.approx(7.794229, abs=1e-6)
    assert found.p == pytest.approx(0.0160653, abs=1e-7)
    assert (found.low, found.high) == pytest.approx((0.403172, 1.396828), abs=1e-6)


def test_two_seeds_give_a_wide_and_valid_interval():
    found = paired_t([0.8, 0.9], [0.7, 0.7])
    reference = stats.ttest_rel([0.8, 0.9], [0.7, 0.7]).confidence_interval()
    assert (found.low, found.high) == pytest.approx((reference.low, reference.high))


@given(st.lists(st.tuples(VALUES, VALUES), min_size=2, max_size=12))
def test_agrees_with_scipy(pairs):
    values, references = zip(*pairs, strict=True)
    differences = [value - other for value, other in pairs]
    if max(differences) - min(differences) < 1e-6:
        return
    found, reference = paired_t(values, references), stats.ttest_rel(values, references)
    assert found.t == pytest.approx(reference.statistic, rel=1e-6, abs=1e-9)
    assert found.p == pytest.approx(reference.pvalue, rel=1e-6, abs=1e-12)


def test_no_difference_at_all_is_no_evidence():
    found = paired_t([0.5, 0.6], [0.5, 0.6])
    assert (found.delta, found.t, found.p, found.low, found.high) == (0.0, 0.0, 1.0, 0.0, 0.0)


def test_a_wider_level_gives_a_narrower_interval():
    narrow, wide = paired_t(FIRST, SECOND, alpha=0.32), paired_t(FIRST, SECOND)
    assert wide.low < narrow.low < narrow.high < wide.high


@pytest.mark.parametrize(("values", "references"), [([1.0], [2.0]), ([1.0, 2.0], [1.0])])
def test_needs_two_whole_pairs(values, references):
    with pytest.raises(ValueError, match="pair"):
        paired_t(values, references)
