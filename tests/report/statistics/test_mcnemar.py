from __future__ import annotations

import math

import pytest
from scipy import stats

from ablate.report.statistics import mcnemar_p


@pytest.mark.parametrize(
    ("only_first", "only_second", "p"),
    [(121, 59, 4.4344493e-06), (10, 2, 0.03857421875), (1, 4, 0.375), (0, 0, 1.0), (3, 3, 1.0)],
)
def test_published_values(only_first, only_second, p):
    assert mcnemar_p(only_first, only_second) == pytest.approx(p, rel=1e-7)


def test_is_near_the_chi_square_approximation():
    # the approximation with continuity correction of the table [[101, 121], [59, 33]]
    chi2 = (abs(121 - 59) - 1) ** 2 / (121 + 59)
    assert chi2 == pytest.approx(20.672222, abs=1e-6)
    assert math.erfc(math.sqrt(chi2 / 2)) == pytest.approx(5.450095e-06, rel=1e-6)
    assert mcnemar_p(121, 59) == pytest.approx(5.450095e-06, rel=0.25)


@pytest.mark.parametrize(("only_first", "only_second"), [(0, 7), (400, 460), (13, 2)])
def test_is_the_binomial_test_and_symmetric(only_first, only_second):
    reference = stats.binomtest(only_first, only_first + only_second).pvalue
    assert mcnemar_p(only_first, only_second) == pytest.approx(reference)
    assert mcnemar_p(only_second, only_first) == pytest.approx(reference)


def test_refuses_negative_counts():
    with pytest.raises(ValueError, match="-1"):
        mcnemar_p(-1, 2)
