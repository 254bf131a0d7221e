from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ablate.report.figures.trade_off import draw_trade_off
from ablate.report.figures.trade_points import TradeOff, TradePoint, pareto_front

from .inspecting import HOSTILE, outside, overlapping, smallest, words


def trade_off(*points: TradePoint, maximize: bool = True, **options: object) -> TradeOff:
    return TradeOff(points, "parameters", "val/accuracy (%)", maximize, **options)


LADDER = (
    TradePoint("baseline", 4414, 72.3, 0.5, reference=True),
    TradePoint("Batch norm", 4450, 73.2, 0.6),
    TradePoint("First linear layer", 45_000, 80.2, 0.8),
    TradePoint("Second linear layer", 45_200, 79.1, 1.2),
)


@given(
    st.lists(st.tuples(st.integers(1, 9), st.integers(0, 9)), min_size=1, max_size=12),
    st.booleans(),
)
def test_a_point_is_on_the_front_unless_another_is_as_cheap_and_as_good(
    drafts: list[tuple[int, int]], maximize: bool
) -> None:
    points = [TradePoint(str(n), cost, value) for n, (cost, value) in enumerate(drafts)]
    front = pareto_front(points, maximize=maximize)
    sign = 1 if maximize else -1
    best = {
        (cost, value)
        for cost, value in drafts
        if not any(
            (c, sign * v) != (cost, sign * value) and c <= cost and sign * v >= sign * value
            for c, v in drafts
        )
    }
    assert {drafts[number] for number in front} == best
    assert len(front) == len(best)


def test_names_stand_beside_their_points_on_a_logarithmic_axis() -> None:
    drawn = draw_trade_off(trade_off(*LADDER))
    (axes,) = drawn.figure.axes
    assert axes.get_xscale() == "log"
    found = words(drawn)
    assert {point.label for point in LADDER} <= set(found)
    assert "parameters, logarithmic (← less is better)" in found
    assert {"5 k", "10 k", "50 k"} <= set(found)
    assert "val/accuracy (%) (higher is better)" in found
    assert any("Square: the reference." in text for text in found)


def test_the_reference_and_the_front_have_marks_of_their_own() -> None:
    lines = draw_trade_off(trade_off(*LADDER)).figure.axes[0].lines
    points = [line for line in lines if line.get_markeredgewidth() == 1.3]
    faces = [line.get_markerfacecolor() == "white" for line in points]
    assert [line.get_marker() for line in points] == ["s", "o", "o", "o"]
    assert faces == [False, False, False, True]


def test_costs_close_together_are_written_with_all_their_digits() -> None:
    points = [TradePoint(str(number), 5000 + number, 0.5) for number in range(5)]
    drawn = draw_trade_off(trade_off(*points, maximize=False))
    assert drawn.figure.axes[0].get_xscale() == "linear"
    assert "5,002" in words(drawn)


def test_times_are_written_as_people_do() -> None:
    points = [TradePoint("short", 40.0, 1.0), TradePoint("long", 4000.0, 2.0)]
    found = words(draw_trade_off(trade_off(*points, seconds=True)))
    assert {"2:00 min", "10:00 min"} <= set(found)


@pytest.mark.parametrize("count", [1, 8, 60])
def test_any_number_of_points_and_any_name(count: int) -> None:
    generator = np.random.default_rng(count)
    points = [
        TradePoint(
            f"row{number}, {HOSTILE[number % len(HOSTILE)]}",
            float(10 ** generator.uniform(3, 6)),
            float(generator.normal(80, 5)),
            float(generator.uniform(0, 2)) if number % 3 else None,
        )
        for number in range(count)
    ]
    drawn = draw_trade_off(trade_off(*points))
    assert outside(drawn) == []
    assert overlapping(drawn) == []
    assert smallest(drawn) >= 8.0
    found = words(drawn)
    assert all(any(f"row{n}" in text for text in found) for n in range(count))


def test_twelve_points_in_one_place_are_all_named() -> None:
    points = [TradePoint(f"row {number}", 1000.0, 80.0) for number in range(12)]
    drawn = draw_trade_off(trade_off(*points))
    assert overlapping(drawn) == []
    assert all(any(f"row {n}" in text for text in words(drawn)) for n in range(12))


def test_the_same_points_give_the_same_bytes() -> None:
    first, second = (draw_trade_off(trade_off(*LADDER)) for _ in range(2))
    assert (first.png(), first.svg()) == (second.png(), second.svg())


@pytest.mark.parametrize("points", [(), (TradePoint("free", 0.0, 1.0),)])
def test_what_has_no_cost_cannot_be_drawn(points: tuple[TradePoint, ...]) -> None:
    with pytest.raises(ValueError, match="not above 0"):
        draw_trade_off(trade_off(*points))
