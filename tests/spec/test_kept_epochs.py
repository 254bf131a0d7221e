from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ablate.spec.kept_epochs import is_kept, kept_epochs

WANTED = st.one_of(
    st.sampled_from(["first", "middle", "last"]),
    st.integers(1, 200),
    st.floats(0.001, 0.999),
)


@given(st.lists(WANTED, min_size=1), st.integers(1, 150))
def test_every_wanted_epoch_that_is_reached_is_kept_once(wanted: list[Any], epochs: int) -> None:
    kept = [
        epoch
        for epoch in range(1, epochs + 1)
        if is_kept(tuple(wanted), epoch, epochs, last=epoch == epochs)
    ]
    assert len(kept) <= len(wanted)
    for item in wanted:
        if isinstance(item, int):
            assert (item in kept) == (item <= epochs)
        elif isinstance(item, float):
            assert any(abs(epoch - item * epochs) <= 0.5 + 1e-9 for epoch in kept) or (
                item * epochs < 0.5 and 1 in kept
            )
    named = {"first": 1, "middle": math.ceil(epochs / 2), "last": epochs}
    assert {named[item] for item in wanted if isinstance(item, str)} <= set(kept)


@pytest.mark.parametrize(
    ("wanted", "epochs", "numbers"),
    [
        (("first", "middle", "last"), 1, {1}),
        (("first", "middle", "last"), 2, {1}),
        (("first", "middle"), 3, {1, 2}),
        ((0.25, 0.5, 0.75), 40, {10, 20, 30}),
        ((0.01,), 10, {1}),
        ((0.99,), 10, {10}),
        ((1, 10, 40, 41), 40, {1, 10, 40}),
    ],
)
def test_epochs_by_name_number_and_share(
    wanted: tuple[Any, ...], epochs: int, numbers: set[int]
) -> None:
    assert kept_epochs(wanted, epochs) == numbers


def test_the_last_epoch_is_the_one_that_ran_last() -> None:
    assert is_kept(("last",), 7, 40, last=True)
    assert not is_kept(("last",), 40, 41, last=False)
