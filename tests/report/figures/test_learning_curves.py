from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ablate.report.figures.curve_panels import CurvePanel, ShownPanel
from ablate.report.figures.learning_curves import learning_curves
from ablate.report.figures.palette import BLACK
from ablate.report.figures.seed_curves import Curve, SeedCurves

from .inspecting import HOSTILE, outside, overlapping, smallest, words


def curves(seed: int = 0, seeds: int = 3, epochs: int = 12, top: float = 0.8) -> list[Curve]:
    noise = np.random.default_rng(seed).normal(0, 0.01, (seeds, epochs))
    rise = top * (1 - np.exp(-np.arange(1, epochs + 1) / 4))
    return [list(zip(range(1, epochs + 1), (rise + row).tolist(), strict=True)) for row in noise]


def panel(labels: tuple[str, ...], **options: int) -> CurvePanel:
    rows = {
        label: curves(number, top=0.5 + 0.03 * number, **options)
        for number, label in enumerate(labels)
    }
    return CurvePanel("val/accuracy", rows, percent=True)


def test_a_mean_is_of_the_epochs_that_all_seeds_have() -> None:
    found = SeedCurves.of([((1, 0.2), (2, 0.4), (3, 0.9)), ((1, 0.4), (2, 0.8)), ()])
    assert (found.epochs, found.seeds) == ((1, 2), 2)
    assert found.mean == pytest.approx((0.3, 0.6))
    assert (found.low, found.high) == ((0.2, 0.4), (0.4, 0.8))
    assert found.alone == (((2, 0.4), (3, 0.9)),)
    assert found.end == (2, pytest.approx(0.6))


def test_values_that_are_not_finite_are_left_out() -> None:
    found = SeedCurves.of([((1, 0.2), (2, math.nan)), ((1, 0.4), (2, math.inf)), ((1, math.nan),)])
    assert (found.epochs, found.seeds, found.alone) == ((1,), 2, ())


@given(
    st.lists(
        st.dictionaries(st.integers(1, 30), st.floats(allow_nan=True), max_size=12), max_size=5
    )
)
@settings(deadline=None, max_examples=60)
def test_the_mean_lies_in_the_band_and_nothing_is_drawn_twice(
    seeds: list[dict[int, float]],
) -> None:
    found = SeedCurves.of([sorted(seed.items()) for seed in seeds])
    for low, mean, high in zip(found.low, found.mean, found.high, strict=True):
        assert low <= mean <= high or math.isclose(mean, low) or math.isclose(mean, high)
    last = found.epochs[-1] if found.epochs else 0
    assert all(epoch >= last for rest in found.alone for epoch, _ in rest)
    assert all(math.isfinite(value) for _, value in found.values)


def test_a_line_for_each_row_named_at_the_right() -> None:
    labels = ("baseline", "Batch norm", "wide")
    drawn = learning_curves([panel(labels)], ["baseline"])
    (axes,) = drawn.figure.axes
    assert len(axes.lines) == 3
    assert len(axes.collections) == 3  # bands
    assert axes.lines[0].get_color() == BLACK
    styles = {(line.get_color(), str(line.get_linestyle())) for line in axes.lines}
    assert len(styles) == 3
    found = words(drawn)
    assert set(labels) <= set(found)
    assert "val/accuracy (%)" in found
    assert any("mean over 3 seeds; band: lowest to highest seed" in text for text in found)


def test_names_stand_in_the_order_in_which_the_lines_end() -> None:
    drawn = learning_curves([panel(("low", "middle", "high"))])
    places = {text.get_text(): text.get_position()[1] for text in drawn.figure.texts}
    assert places["low"] < places["middle"] < places["high"]


@pytest.mark.parametrize("count", [1, 2, 7, 12, 13, 60])
def test_any_number_of_rows_and_names_without_one_hiding_another(count: int) -> None:
    labels = tuple(f"{number} {HOSTILE[number % len(HOSTILE)]}" for number in range(count))
    drawn = learning_curves([panel(labels, epochs=4)], [labels[0]])
    assert outside(drawn) == []
    assert overlapping(drawn) == []
    assert smallest(drawn) >= 8.0


def test_more_rows_than_colours_get_a_graph_each() -> None:
    drawn = learning_curves([panel(tuple(map(str, range(13))), epochs=3)], ["0"])
    assert len(drawn.figure.axes) == 13
    assert any("Dashed: 0" in text for text in words(drawn))


def test_training_beside_validation() -> None:
    shown = panel(("a", "b"))
    drawn = learning_curves([CurvePanel("train/loss", shown.rows), shown])
    titles = [axes.get_title(loc="left") for axes in drawn.figure.axes]
    assert titles == ["train/loss", "val/accuracy (%)"]
    assert outside(drawn) == []
    assert overlapping(drawn) == []


def test_seeds_that_run_on_are_thin_lines_of_their_own() -> None:
    long, short = curves(0, 1, 9)[0], curves(1, 1, 5)[0]
    drawn = learning_curves([CurvePanel("val/loss", {"a": [long, short]})])
    mean, alone = drawn.figure.axes[0].lines
    assert [len(mean.get_xdata()), len(alone.get_xdata())] == [5, 5]
    assert alone.get_linewidth() < mean.get_linewidth()
    assert any("ran on" in text for text in words(drawn))


def test_one_seed_has_no_band() -> None:
    drawn = learning_curves([panel(("a",), seeds=1)])
    assert len(drawn.figure.axes[0].collections) == 0
    assert "One seed each." in words(drawn)


def test_a_single_epoch_can_be_seen() -> None:
    drawn = learning_curves([panel(("a",), epochs=1)])
    assert drawn.figure.axes[0].lines[0].get_marker() != "None"


def test_first_epochs_that_learned_nothing_do_not_take_the_height() -> None:
    values = [(1, 1000.0), *((epoch, 1.0 + epoch / 100) for epoch in range(2, 40))]
    shown = ShownPanel.of(CurvePanel("val/loss", {"a": [values]}))
    assert shown.window[1] < 2.0
    assert shown.cut
    drawn = learning_curves([CurvePanel("val/loss", {"a": [values]})])
    assert any("outside the graph" in text for text in words(drawn))


def test_a_row_without_a_value_is_named_all_the_same() -> None:
    rows = {"a": curves(), "none": [((1, math.nan),)], "nothing": []}
    drawn = learning_curves([CurvePanel("val/loss", rows)])
    assert {"a", "none", "nothing"} <= set(words(drawn))


def test_long_numbers_have_room() -> None:
    drawn = learning_curves([CurvePanel("val/loss", {"a": [((1, 0.000123456), (2, 0.000123457))]})])
    assert outside(drawn) == []


def test_nothing_cannot_be_drawn() -> None:
    with pytest.raises(ValueError, match="no curve"):
        learning_curves([CurvePanel("val/loss", {"a": [((1, math.nan),)]})])
    with pytest.raises(ValueError, match="no curve"):
        learning_curves([])


def test_the_same_curves_give_the_same_bytes() -> None:
    first, second = (learning_curves([panel(("a", "b"))]) for _ in range(2))
    assert first.png() == second.png()
    assert first.svg() == second.svg()
