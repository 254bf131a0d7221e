from __future__ import annotations

import numpy as np
import pytest

from ablate.report.figures.confusion_difference import confusion_difference

from .inspecting import HOSTILE, outside, words

BASE = np.array([[8, 2, 0], [5, 5, 0], [0, 0, 4]])
BETTER = np.array([[18, 2, 0], [9, 1, 0], [0, 0, 8]])


def difference(counts, baseline, classes=("cat", "dog", "cow"), row="wide"):
    return confusion_difference(counts, baseline, classes, row=row, reference="baseline")


def test_numbers_are_differences_of_shares_of_each_true_class() -> None:
    found = words(difference(BETTER, BASE))
    assert {"+10.0", "-10.0", "+40.0", "-40.0", "wide minus baseline"} <= set(found)
    assert len([text for text in found if text.endswith(".0")]) == 4  # zeros stay blank


def test_the_colours_are_centred_on_no_difference() -> None:
    image = difference(BETTER, BASE).figure.axes[0].images[0]
    low, high = image.get_clim()
    assert low == -high == pytest.approx(-40.0)
    assert image.norm(0.0) == pytest.approx(0.5)


def test_the_other_way_round_has_the_other_signs() -> None:
    one, other = difference(BETTER, BASE), difference(BASE, BETTER)
    values = [np.asarray(drawn.figure.axes[0].images[0].get_array()) for drawn in (one, other)]
    assert np.allclose(values[0], -values[1])


def test_noise_does_not_look_like_much() -> None:
    near = np.array([[1000, 1], [1, 1000]])
    image = difference(near, near[::-1, ::-1], ("a", "b")).figure.axes[0].images[0]
    assert image.get_clim()[1] == pytest.approx(5.0)


def test_a_class_that_one_of_them_lacks_is_blank() -> None:
    without = BASE.copy()
    without[2] = 0
    values = difference(BETTER, without).figure.axes[0].images[0].get_array()
    assert np.ma.getmaskarray(np.ma.masked_invalid(values)).any(axis=1).tolist() == [0, 0, 1]


@pytest.mark.parametrize("count", [1, 2, 25, 40])
def test_any_number_of_classes_and_any_name(count: int) -> None:
    generator = np.random.default_rng(0)
    one, other = generator.integers(0, 50, (2, count, count))
    names = [f"{number} {HOSTILE[number % len(HOSTILE)]}" for number in range(count)]
    drawn = difference(one, other, names, row=HOSTILE[3])
    assert outside(drawn) == []
    signs = {text.get_text()[0] for text in drawn.figure.axes[0].texts} & {"+", "-"}
    assert signs == ({"+", "-"} if count > 1 else set())


def test_the_same_matrices_give_the_same_bytes() -> None:
    first, second = difference(BETTER, BASE), difference(BETTER, BASE)
    assert (first.png(), first.svg()) == (second.png(), second.svg())


@pytest.mark.parametrize(("one", "other", "count"), [(2, 2, 3), (3, 2, 3), (2, 3, 2), (0, 0, 0)])
def test_refuses_counts_that_do_not_fit(one: int, other: int, count: int) -> None:
    with pytest.raises(ValueError, match="do not fit"):
        difference(np.ones((one, one)), np.ones((other, other)), ["x"] * count)
