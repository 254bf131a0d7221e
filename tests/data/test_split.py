from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from sklearn.model_selection import StratifiedShuffleSplit

from ablate.data.split import allocate, choose

counts_lists = st.lists(st.integers(2, 40), min_size=1, max_size=6)


@given(counts_lists, st.floats(0, 1))
def test_shares_add_up_and_stay_proportional(counts: list[int], share: float) -> None:
    available = np.array(counts)
    total = round(len(counts) + share * (available.sum() - len(counts)))
    shares = allocate(available, available, total)
    assert shares.sum() == total
    assert (shares >= 1).all()
    assert (shares <= available).all()
    quotas = available * total / available.sum()
    # A class that is lifted to 1 takes from others; without any, nobody is off by a whole image.
    if (quotas >= 1).all():
        assert (np.abs(shares - quotas) < 1).all()


def test_balanced_classes_are_shared_as_by_scikit_learn() -> None:
    labels = np.repeat([0, 1, 2], [100, 60, 40])
    splitter = StratifiedShuffleSplit(1, test_size=0.1, random_state=0)
    ((_, theirs),) = splitter.split(labels, labels)
    counts = np.bincount(labels)
    assert np.array_equal(allocate(counts, counts - 1, 20), np.bincount(labels[theirs]))


@given(counts_lists, st.integers(0, 2**32), st.randoms())
def test_choosing_takes_the_shares_and_is_nested(counts: list[int], seed: int, random) -> None:
    labels = np.repeat(np.arange(len(counts)), counts)
    random.shuffle(labels)
    more = np.array([random.randint(0, count) for count in counts])
    few = more // 2
    chosen, superset = choose(labels, few, seed, 0), choose(labels, more, seed, 0)
    assert np.array_equal(np.bincount(labels[chosen], minlength=len(counts)), few)
    assert np.array_equal(np.bincount(labels[superset], minlength=len(counts)), more)
    assert not (chosen & ~superset).any()


def test_the_choice_is_fixed_for_ever() -> None:
    chosen = choose(np.arange(20) % 2, np.array([3, 3]), seed=0, stream=0)
    assert np.flatnonzero(chosen).tolist() == [2, 3, 8, 11, 13, 18]


def test_seed_and_stream_make_another_choice() -> None:
    labels, shares = np.zeros(1000, np.int64), np.array([100])
    first = choose(labels, shares, 0, 0)
    assert not np.array_equal(first, choose(labels, shares, 1, 0))
    assert not np.array_equal(first, choose(labels, shares, 0, 1))
