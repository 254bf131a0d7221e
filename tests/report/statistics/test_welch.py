from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from ablate.report.statistics import welch

FIRST = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
SECOND = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]


def test_the_sleep_data_of_r():
    found = welch(FIRST, SECOND)
    assert found.t == pytest.approx(-1.860813, abs=1e-6)
    assert found.df == pytest.approx(17.776474, abs=1e-6)
    assert found.p == pytest.approx(0.0793941, abs=1e-7)


def test_three_seeds():
    found = welch([73.0, 73.9, 72.6], [72.1, 72.8, 71.9])
    assert found.t == pytest.approx(1.909188, abs=1e-6)
    assert found.p == pytest.approx(0.136588, abs=1e-6)
    assert (found.low, found.high) == pytest.approx((-0.467003, 2.267003), abs=1e-6)


@pytest.mark.parametrize(("first", "second"), [(2, 3), (3, 9), (20, 2)])
def test_agrees_with_scipy_for_groups_of_different_sizes(first, second):
    random = np.random.default_rng(0)
    values, references = random.normal(0, 3, first).tolist(), random.normal(1, 1, second).tolist()
    found = welch(values, references)
    reference = stats.ttest_ind(values, references, equal_var=False)
    interval = reference.confidence_interval()
    assert (found.t, found.p) == pytest.approx((reference.statistic, reference.pvalue))
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high))


def test_a_single_value_is_no_group():
    with pytest.raises(ValueError, match="each needs two values"):
        welch([1.0], [1.0, 2.0])


def test_groups_without_spread():
    assert welch([0.5, 0.5], [0.5, 0.5, 0.5]).p == 1.0
    assert welch([0.6, 0.6], [0.5, 0.5, 0.5]).p == 0.0
