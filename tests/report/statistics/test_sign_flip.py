from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from ablate.report.statistics import sign_flip_p


@pytest.mark.parametrize(("n", "p"), [(3, 0.25), (4, 0.125), (5, 0.0625), (6, 0.03125)])
def test_all_positive(n, p):
    assert sign_flip_p([0.1 * (index + 1) for index in range(n)]) == p


@given(st.lists(st.integers(-20, 20), min_size=1, max_size=9))
def test_counts_every_sign_pattern(differences):
    sums = [
        abs(sum(sign * item for sign, item in zip(signs, differences, strict=True)))
        for signs in itertools.product((1, -1), repeat=len(differences))
    ]
    expected = sum(total >= abs(sum(differences)) for total in sums) / len(sums)
    assert sign_flip_p([float(item) for item in differences]) == pytest.approx(expected)


def test_agrees_with_scipys_permutation_test():
    differences = [0.4, -0.1, 0.3, 0.25, 0.02, -0.3, 0.5, 0.11, 0.2, 0.05, 0.37]
    reference = stats.permutation_test(
        (differences,),
        lambda x, axis: x.mean(axis=axis),
        permutation_type="samples",
        n_resamples=5000,
    )
    assert sign_flip_p(differences) == pytest.approx(reference.pvalue)


def test_forty_differences_are_counted_not_listed():
    assert sign_flip_p([1.0] * 40) == pytest.approx(2.0 / 2.0**40)


def test_no_difference_is_no_evidence():
    assert sign_flip_p([0.0, 0.0, 0.0]) == 1.0


@pytest.mark.parametrize("n", [0, 41])
def test_refuses_what_it_cannot_count(n):
    with pytest.raises(ValueError, match=f"not {n}"):
        sign_flip_p([1.0] * n)
