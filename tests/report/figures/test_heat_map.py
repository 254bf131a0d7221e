from __future__ import annotations

import pytest

from ablate.report.figures.heat_map import HeatCell, HeatMap, draw_heat_map

from .inspecting import HOSTILE, outside, overlapping, smallest, words

RATES = ("optimizer.lr", ("1e-05", "0.0001", "0.001"))
SIZES = ("data.batch_size", ("64", "256"))


def heat_map(values: dict[tuple[int, int], float], **options: object) -> HeatMap:
    cells = {place: HeatCell(value, (f"{value:.2f}", "± 0.47")) for place, value in values.items()}
    return HeatMap(RATES, SIZES, cells, "val/accuracy (%)", **options)


FULL = {(row, column): 70.0 + row + 3 * column for row in range(3) for column in range(2)}


def test_every_cell_has_its_numbers_and_every_level_its_name() -> None:
    found = words(draw_heat_map(heat_map(FULL, reference=(1, 0))))
    assert {"70.00\n± 0.47", "75.00\n± 0.47", *RATES[1], *SIZES[1]} <= set(found)
    assert {"optimizer.lr", "data.batch_size", "val/accuracy (%)"} <= set(found)
    assert "Framed: the reference." in found


def test_cells_without_a_value_are_hatched() -> None:
    drawn = draw_heat_map(heat_map({place: FULL[place] for place in list(FULL)[:4]}))
    hatched = [patch for patch in drawn.figure.axes[0].patches if patch.get_hatch()]
    assert [patch.get_xy() for patch in hatched] == [(-0.5, 1.5), (0.5, 1.5)]
    assert "Hatched: no value." in words(drawn)


def test_numbers_are_light_on_dark_and_dark_on_light() -> None:
    texts = {
        text.get_text()[:5]: text for text in draw_heat_map(heat_map(FULL)).figure.axes[0].texts
    }
    assert [texts[value].get_color() for value in ("70.00", "75.00")] == ["white", "black"]


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (2, 20), (12, 3)])
def test_any_size_and_any_name(rows: int, columns: int) -> None:
    names = [f"{number} {HOSTILE[number % len(HOSTILE)]}" for number in range(20)]
    cells = {
        (row, column): HeatCell(50.0 + row, (f"{50 + row}.00", "± 12.34", "n=2/3"))
        for row in range(rows)
        for column in range(columns)
    }
    shown = HeatMap(
        ("a.long.name.of.a.factor", tuple(names[:rows])),
        ("$b$" * 40, tuple(names[:columns])),
        cells,
        HOSTILE[3],
    )
    drawn = draw_heat_map(shown)
    assert outside(drawn) == []
    assert overlapping(drawn) == []
    assert smallest(drawn) >= 8.0


def test_equal_values_and_the_same_bytes() -> None:
    shown = heat_map(dict.fromkeys(FULL, 0.0))
    first, second = draw_heat_map(shown), draw_heat_map(shown)
    assert (first.png(), first.svg()) == (second.png(), second.svg())


def test_no_value_cannot_be_drawn() -> None:
    with pytest.raises(ValueError, match="no value"):
        draw_heat_map(heat_map({}))
