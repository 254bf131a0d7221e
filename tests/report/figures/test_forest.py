from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ablate.report.compare import Verdict
from ablate.report.figures.forest import Forest, ForestRow, draw_forest, window_of

from .inspecting import HOSTILE, outside, overlapping, smallest, words

ROW = ForestRow("wide", 0.9, 0.4, 1.4, "+0.90 [+0.40, +1.40]", "better")
ONE_SEED = ForestRow("deep", -0.3, None, None, "-0.30", "1 seed: cannot tell")
NOTHING = ForestRow("lost", None, None, None, "-", "no value")


def forest(*rows: ForestRow, maximize: bool = True, **options: float) -> Forest:
    return Forest(rows, "Difference in val/accuracy to baseline", "points", maximize, **options)


def marks(drawn):
    lines = drawn.figure.axes[0].lines
    return [line.get_marker() for line in lines if line.get_markeredgewidth() == 1.3]


def test_each_row_has_its_numbers_and_its_verdict_beside_it() -> None:
    drawn = draw_forest(forest(ROW, ONE_SEED, NOTHING))
    found = words(drawn)
    for row, verdict in (
        (ROW, "better"),
        (ONE_SEED, "1 seed: cannot\ntell"),
        (NOTHING, "no value"),
    ):
        assert {row.label, row.text, verdict} <= set(found)
    assert marks(drawn) == ["^", "x"]
    assert {"better →", "points", "Difference in val/accuracy to baseline"} <= set(found)


def test_the_better_side_follows_the_metric() -> None:
    assert "← better" in words(draw_forest(forest(ROW, maximize=False)))


def test_verdicts_differ_without_their_colours() -> None:
    rows = [ForestRow(str(verdict), 1.0, 0.5, 1.5, "+1", str(verdict)) for verdict in Verdict]
    drawn = draw_forest(forest(*rows))
    shapes = dict(zip(Verdict, marks(drawn), strict=True))
    told = [shape for verdict, shape in shapes.items() if verdict is not Verdict.OTHER_CLASSES]
    assert len(set(told)) == len(told)


def test_only_rows_with_an_interval_have_a_line() -> None:
    lines = draw_forest(forest(ROW, ONE_SEED)).figure.axes[0].lines
    spans = [line for line in lines if len(line.get_xdata()) == 2 and line.get_linewidth() == 1.4]
    assert [tuple(line.get_xdata()) for line in spans] == [(0.4, 1.4)]


def test_one_huge_interval_does_not_press_the_others_together() -> None:
    huge = ForestRow("two seeds", 0.5, -60.0, 61.0, "", "cannot tell")
    low, high = window_of([ROW, ROW, ROW, huge])
    assert -5 < low < 0 < 1.4 < high < 5
    lines = draw_forest(forest(ROW, ROW, huge)).figure.axes[0].lines
    assert {"<", ">"} <= {line.get_marker() for line in lines}


def test_what_is_too_small_to_matter_is_shaded() -> None:
    assert len(draw_forest(forest(ROW, too_small=0.5)).figure.axes[0].patches) == 1
    assert len(draw_forest(forest(ROW)).figure.axes[0].patches) == 0


numbers = st.floats(-1e6, 1e6)


@given(st.lists(st.tuples(numbers, st.none() | st.floats(0, 1e6)), max_size=8))
@settings(deadline=None)
def test_every_difference_is_in_the_window_and_so_is_zero(
    drafts: list[tuple[float, float | None]],
) -> None:
    rows = [
        ForestRow("", d, None if h is None else d - h, None if h is None else d + h, "", "")
        for d, h in drafts
    ]
    low, high = window_of(rows)
    assert low < 0 < high
    assert all(low < delta < high for delta, _ in drafts)


@pytest.mark.parametrize("count", [1, 7, 60])
def test_any_number_of_rows_and_any_name(count: int) -> None:
    rows = [
        ForestRow(
            HOSTILE[n % len(HOSTILE)], -n, -2.0 * n, 0.0, f"-{n}.00 [-{2 * n}.00, 0.00]", "worse"
        )
        for n in range(count)
    ]
    drawn = draw_forest(forest(*rows))
    assert outside(drawn) == []
    assert overlapping(drawn) == []
    assert smallest(drawn) >= 8.0


def test_only_differences_of_zero() -> None:
    drawn = draw_forest(forest(ForestRow("same", 0.0, 0.0, 0.0, "0.00", "cannot tell")))
    assert outside(drawn) == []


def test_the_same_rows_give_the_same_bytes() -> None:
    first, second = (draw_forest(forest(ROW, ONE_SEED)) for _ in range(2))
    assert (first.png(), first.svg()) == (second.png(), second.svg())


def test_no_row_cannot_be_drawn() -> None:
    with pytest.raises(ValueError, match="no row"):
        draw_forest(forest())
