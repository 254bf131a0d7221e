from __future__ import annotations

from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from ablate.report.figures.label_places import Box, place_labels, spread

places = st.lists(st.floats(0, 10), max_size=20)


@given(places)
def test_places_are_apart_in_order_and_inside(wanted: list[float]) -> None:
    found = spread(wanted, 0.5, 0.0, 10.0)
    assert all(-1e-9 <= place <= 10 + 1e-9 for place in found)
    assert all(other - one >= 0.5 - 1e-9 for one, other in pairwise(sorted(found)))
    order = sorted(range(len(wanted)), key=lambda n: (wanted[n], n))
    assert sorted(range(len(found)), key=found.__getitem__) == order


@given(places)
def test_places_that_are_apart_stay(wanted: list[float]) -> None:
    found = spread(wanted, 0.5, 0.0, 10.0)
    assert spread(found, 0.49, 0.0, 10.0) == found or all(
        abs(one - other) < 1e-6
        for one, other in zip(spread(found, 0.49, 0.0, 10.0), found, strict=True)
    )


def test_too_many_lie_closer() -> None:
    assert spread([1.0] * 5, 1.0, 0.0, 2.0) == [0.0, 0.5, 1.0, 1.5, 2.0]


@given(st.lists(st.tuples(st.floats(0, 6), st.floats(0, 4)), max_size=15))
def test_names_overlap_neither_each_other_nor_what_is_there(
    points: list[tuple[float, float]],
) -> None:
    page = Box(0.0, 0.0, 6.0, 4.0)
    taken = [Box(x - 0.05, y - 0.05, 0.1, 0.1) for x, y in points]
    boxes = [
        box for box in place_labels(points, [(1.2, 0.14)] * len(points), taken, page, 0.07) if box
    ]
    assert all(box.within(page) for box in boxes)
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))
    assert not any(box.overlaps(other) for box in boxes for other in taken)


def test_where_there_is_no_room_there_is_no_name() -> None:
    page = Box(0.0, 0.0, 1.0, 1.0)
    assert place_labels([(0.5, 0.5)], [(2.0, 0.1)], [], page, 0.1) == [None]
