from __future__ import annotations

from itertools import pairwise

from ablate.report.figures.scatter_marks import MOST_MARKS, mark_of


def test_every_class_has_a_mark_of_its_own() -> None:
    assert len({mark_of(label) for label in range(MOST_MARKS)}) == MOST_MARKS
    assert MOST_MARKS >= 100


def test_ten_classes_have_ten_colours() -> None:
    assert len({mark_of(label).color for label in range(10)}) == 10


def test_neighbouring_classes_differ_in_colour_and_in_shape() -> None:
    marks = [mark_of(label) for label in range(MOST_MARKS)]
    assert all(a.color != b.color and a.shape != b.shape for a, b in pairwise(marks))


def test_no_class_is_grey() -> None:
    for label in range(10):
        channels = [int(mark_of(label).color[place : place + 2], 16) for place in (1, 3, 5)]
        assert max(channels) - min(channels) > 50 or max(channels) < 40
