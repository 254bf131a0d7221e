from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ablate.report.compare import NO_SPREAD, UNPAIRED, Verdict, compare, compare_rows

BASE = {0: 0.721, 1: 0.728, 2: 0.719}
DICE = {0: 0.730, 1: 0.739, 2: 0.726}

SCORES = st.integers(0, 10_000).map(lambda count: count / 10_000)
PAIRS = st.lists(st.tuples(SCORES, SCORES), min_size=1, max_size=12)


def seeded(values):
    return dict(enumerate(values))


def both(pairs):
    values, references = zip(*pairs, strict=True)
    return seeded(values), seeded(references)


class TestRulesBySeeds:
    def test_three_seeds_are_compared_by_the_paired_t_test(self):
        found = compare(DICE, BASE, maximize=True)
        assert found.delta == pytest.approx(0.009)
        assert (found.low, found.high) == pytest.approx((0.00403172, 0.01396828), abs=1e-8)
        assert found.p == found.p_holm == pytest.approx(0.0160653, abs=1e-7)
        assert (found.n_pairs, found.wins, found.paired) == (3, 3, True)
        assert found.verdict is Verdict.BETTER
        assert found.sign_flip is None

    def test_one_seed_gives_a_difference_and_no_verdict(self):
        found = compare({0: 0.9}, {0: 0.5}, maximize=True)
        assert found.delta == pytest.approx(0.4)
        assert (found.low, found.p, found.wins) == (None, None, None)
        assert found.verdict is Verdict.ONE_SEED

    def test_two_seeds_give_an_interval(self):
        found = compare({0: 0.80, 1: 0.81}, {0: 0.70, 1: 0.75}, maximize=True)
        assert found.low < 0.0 < found.high
        assert found.verdict is Verdict.CANNOT_TELL

    def test_ten_seeds_are_cross_checked_by_the_sign_flip_test(self):
        random = np.random.default_rng(0)
        base = random.normal(0.7, 0.01, 10)
        found = compare(seeded(base + random.normal(0.01, 0.003, 10)), seeded(base), maximize=True)
        assert found.sign_flip == pytest.approx(2 / 2**10)

    def test_more_seeds_than_can_be_counted_do_without_the_cross_check(self):
        random = np.random.default_rng(0)
        values, base = random.normal(size=(2, 41))
        assert compare(seeded(values), seeded(base), maximize=True).sign_flip is None


class TestMissingSeeds:
    def test_a_failed_seed_drops_out_of_its_pair_only(self):
        found = compare({**DICE, 1: None}, BASE, maximize=True)
        expected = compare({0: DICE[0], 2: DICE[2]}, {0: BASE[0], 2: BASE[2]}, maximize=True)
        assert found == expected
        assert found.n_pairs == 2

    def test_nothing_in_common_is_no_comparison(self):
        assert compare({0: 0.9, 1: None}, {0: None, 1: 0.8}, maximize=True) is None
        assert compare({0: None}, {0: None}, maximize=True) is None

    def test_other_seeds_make_the_row_unpaired(self):
        found = compare(dict(zip((3, 4, 5), DICE.values(), strict=True)), BASE, maximize=True)
        assert not found.paired
        assert found.p == pytest.approx(0.136588, abs=1e-6)
        assert (found.low, found.high) == pytest.approx((-0.00467003, 0.02267003), abs=1e-8)
        assert (found.wins, found.n_pairs, found.note) == (None, 0, UNPAIRED)

    def test_other_seeds_with_a_single_run_give_no_verdict(self):
        found = compare({7: 0.9}, BASE, maximize=True)
        assert found.verdict is Verdict.ONE_SEED
        assert found.note == UNPAIRED
        assert compare({7: None}, BASE, maximize=True) is None


class TestVerdicts:
    def test_orientation(self):
        assert compare(DICE, BASE, maximize=False).verdict is Verdict.WORSE
        assert compare(BASE, DICE, maximize=True).verdict is Verdict.WORSE
        found = compare(BASE, DICE, maximize=False)
        assert (found.verdict, found.wins) == (Verdict.BETTER, 3)

    def test_suggestive_where_holm_does_not_pass(self):
        noise = ({0: 0.7, 1: 0.8, 2: 0.7}, BASE)
        found = compare_rows([(DICE, BASE), *[noise] * 3], maximize=True)
        assert found[0].p_holm == pytest.approx(4 * found[0].p)
        assert found[0].low > 0.0
        assert found[0].verdict is Verdict.SUGGESTIVE

    def test_rows_without_a_test_do_not_count_as_comparisons(self):
        found = compare_rows([(DICE, BASE), ({0: None, 1: None, 2: None}, BASE)], maximize=True)
        assert found[0].p_holm == found[0].p
        assert found[1] is None

    def test_too_small_to_matter(self):
        assert compare(DICE, BASE, maximize=True, min_effect=0.02).verdict is Verdict.TOO_SMALL
        assert compare(DICE, BASE, maximize=True, min_effect=0.01).verdict is Verdict.BETTER

    def test_no_difference_at_all(self):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            found = compare(BASE, BASE, maximize=True)
        assert (found.delta, found.low, found.high, found.p) == (0.0, 0.0, 0.0, 1.0)
        assert found.verdict is Verdict.CANNOT_TELL

    def test_the_same_difference_in_every_seed_is_no_test(self):
        # 1 of 180 images more in each seed: a t-test would be infinitely sure
        base = {0: 170 / 180, 1: 168 / 180, 2: 171 / 180}
        row = {seed: value + 1 / 180 for seed, value in base.items()}
        found = compare(row, base, maximize=True)
        assert found.delta == pytest.approx(1 / 180)
        assert (found.p, found.low, found.note) == (None, None, NO_SPREAD)
        assert found.verdict is Verdict.CANNOT_TELL


class TestMetamorphic:
    @given(PAIRS)
    def test_swapping_the_rows_turns_the_sign(self, pairs):
        row, reference = both(pairs)
        found, swapped = (
            compare(*order, maximize=True) for order in ((row, reference), (reference, row))
        )
        assert swapped.delta == -found.delta
        turned = {Verdict.BETTER: Verdict.WORSE, Verdict.WORSE: Verdict.BETTER}
        assert swapped.verdict is turned.get(found.verdict, found.verdict)
        assert swapped.p == found.p

    @given(PAIRS, st.integers(0, 100))
    def test_a_constant_added_to_all_runs_changes_no_difference(self, pairs, shift):
        found = compare(*both(pairs), maximize=True)
        shifted = compare(*both([(a + shift, b + shift) for a, b in pairs]), maximize=True)
        assert shifted.delta == pytest.approx(found.delta, abs=1e-12)
        assert shifted.verdict is found.verdict

    @given(PAIRS, st.randoms(use_true_random=False))
    def test_permuting_the_seeds_of_both_changes_nothing(self, pairs, random):
        shuffled = random.sample(pairs, len(pairs))
        assert compare(*both(shuffled), maximize=True) == compare(*both(pairs), maximize=True)

    @given(PAIRS)
    def test_interval_and_verdict_never_contradict_each_other(self, pairs):
        found = compare(*both(pairs), maximize=True)
        if found.verdict is Verdict.BETTER:
            assert found.low > 0.0
        elif found.verdict is Verdict.WORSE:
            assert found.high < 0.0
        elif found.low is not None:
            assert found.low <= 0.0 <= found.high


class TestSimulatedStudies:
    """Gaussian seeds, compared by the code that makes the verdicts."""

    STUDIES = 2000

    def verdicts(self, rows):
        """``rows``: (studies, rows, seeds), the reference first."""
        for study in rows:
            values = [seeded(row) for row in study.tolist()]
            yield compare_rows([(row, values[0]) for row in values[1:]], maximize=True)

    def claims(self, rows):
        decided = (Verdict.BETTER, Verdict.WORSE)
        found = list(self.verdicts(rows))
        return np.mean([any(item.verdict in decided for item in study) for study in found])

    def test_type_one_error_of_one_comparison(self):
        rows = np.random.default_rng(1).normal(0.7, 0.01, (self.STUDIES, 2, 3))
        assert self.claims(rows) == pytest.approx(0.05, abs=0.015)

    def test_family_wise_error_of_several_comparisons(self):
        rows = np.random.default_rng(2).normal(0.7, 0.01, (self.STUDIES, 6, 3))
        assert self.claims(rows) <= 0.065

    @pytest.mark.parametrize("seeds", [2, 3])
    def test_type_one_error_on_few_test_images(self, seeds):
        counts = np.random.default_rng(3).binomial(180, 0.95, (self.STUDIES, 2, seeds))
        assert self.claims(counts / 180) <= 0.065

    def test_type_one_error_without_pairs(self):
        rows = np.random.default_rng(4).normal(0.7, 0.01, (self.STUDIES, 2, 3)).tolist()
        decided = (Verdict.BETTER, Verdict.WORSE)
        found = [
            compare(dict(zip((3, 4, 5), row, strict=True)), seeded(base), maximize=True)
            for base, row in rows
        ]
        assert np.mean([item.verdict in decided for item in found]) <= 0.065

    def test_power_for_a_large_effect(self):
        rows = np.random.default_rng(5).normal(0.7, 0.01, (self.STUDIES, 2, 5))
        rows[:, 1] += 0.03
        better = [found[0].verdict is Verdict.BETTER for found in self.verdicts(rows)]
        assert np.mean(better) >= 0.9

    @pytest.mark.parametrize("seeds", [2, 3, 5])
    def test_coverage_of_the_interval(self, seeds):
        rows = np.random.default_rng(6).normal(0.7, 0.01, (self.STUDIES, 2, seeds))
        rows[:, 1] += 0.004
        held = [found[0].low <= 0.004 <= found[0].high for found in self.verdicts(rows)]
        assert 0.93 <= np.mean(held) <= 0.97
