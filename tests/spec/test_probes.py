from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ablate.spec.probes import (
    is_probed,
    probe_problems,
    probe_warnings,
    probed_epochs,
    probed_images,
    spread,
)
from ablate.spec.sections import ProbeOptions

WANTED = st.one_of(
    st.sampled_from(["first", "middle", "last"]),
    st.integers(1, 200),
    st.floats(0.001, 0.999),
)


@given(st.lists(WANTED, min_size=1), st.integers(1, 150))
def test_every_wanted_epoch_that_is_reached_is_probed_once(
    wanted: list[str | int | float], epochs: int
) -> None:
    options = ProbeOptions(epochs=tuple(wanted))
    probed = [
        epoch
        for epoch in range(1, epochs + 1)
        if is_probed(options, epoch, epochs, last=epoch == epochs)
    ]
    assert len(probed) <= len(wanted)
    for item in wanted:
        if isinstance(item, int):
            assert (item in probed) == (item <= epochs)
        elif isinstance(item, float):
            assert any(abs(epoch - item * epochs) <= 0.5 + 1e-9 for epoch in probed) or (
                item * epochs < 0.5 and 1 in probed
            )
    named = {"first": 1, "middle": math.ceil(epochs / 2), "last": epochs}
    assert {named[item] for item in wanted if isinstance(item, str)} <= set(probed)


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
    wanted: tuple[str | int | float, ...], epochs: int, numbers: set[int]
) -> None:
    assert probed_epochs(ProbeOptions(epochs=wanted), epochs) == numbers


def test_the_last_epoch_is_the_one_that_ran_last() -> None:
    options = ProbeOptions(epochs=("last",))
    assert is_probed(options, 7, 40, last=True)
    assert not is_probed(options, 40, 41, last=False)


@given(st.integers(0, 60), st.integers(0, 60))
def test_images_are_spread_evenly(count: int, total: int) -> None:
    places = spread(count, total)
    assert len(places) == min(count, total)
    assert places == sorted(set(places))
    assert all(0 <= place < total for place in places)
    if 1 < count < total:
        gaps = [after - before for before, after in pairwise(places)]
        assert max(gaps) - min(gaps) <= 1
        assert abs(places[0] - (total - 1 - places[-1])) <= 1


def test_images_by_name_keep_the_order_of_the_file_and_count_once() -> None:
    names = ["a", "b", "c"]
    found = probed_images(ProbeOptions(images=("c", "a", "c")), names)
    assert list(found.items()) == [("c", 2), ("a", 0)]
    assert probed_images(ProbeOptions(images=0), names) == {}


def test_of_images_with_one_name_the_first_is_probed() -> None:
    assert probed_images(ProbeOptions(images=4), ["a", "b", "a", "b"]) == {"a": 0, "b": 1}


def test_every_unknown_name_is_told_once() -> None:
    options = ProbeOptions(images=("street_1.png", "street_1", "zzz", "zzz"))
    problems = probe_problems(options, ["street_1", "street_2"])
    assert problems == [
        "val has no image 'street_1.png'. Did you mean 'street_1'?",
        "val has no image 'zzz'. Valid: street_1, street_2",
    ]
    assert probe_problems(ProbeOptions(images=5), []) == []


@pytest.mark.parametrize(
    ("wanted", "images", "epochs", "found"),
    [
        ((99,), 3, 1, ["no picture is kept: a training of 1 epoch reaches no epoch 99"]),
        ((9, 8, 9), 3, 7, ["no picture is kept: a training of 7 epochs reaches none of 9 and 8"]),
        ((99,), 3, 99, []),
        ((99, "last"), 3, 1, []),
        ((99, 0.5), 3, 1, []),
        ((99,), 0, 1, []),
    ],
)
def test_pictures_that_no_epoch_can_give_are_warned_about(
    wanted: tuple[str | int | float, ...], images: int, epochs: int, found: list[str]
) -> None:
    assert probe_warnings(ProbeOptions(epochs=wanted, images=images), epochs) == found
