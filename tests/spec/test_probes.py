from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ablate.spec.probes import (
    probe_problems,
    probe_warnings,
    probed_images,
    spread,
)
from ablate.spec.sections import ProbeOptions


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
