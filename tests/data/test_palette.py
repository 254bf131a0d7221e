from __future__ import annotations

from itertools import combinations

from ablate.data.palette import spread_palette


def _names(count: int) -> list[str]:
    return [f"class {number}" for number in range(count)]


def test_colours_are_distinct_however_many_there_are() -> None:
    palette = spread_palette(_names(255))
    assert len(set(palette)) == 255
    assert {type(value) for color in palette for value in color} == {int}
    assert all(0 <= value <= 255 for color in palette for value in color)


def test_more_classes_keep_the_colours_of_fewer() -> None:
    assert spread_palette(_names(40))[:12] == spread_palette(_names(12))


def test_the_first_colours_are_far_apart() -> None:
    palette = spread_palette([*_names(15), "background"])
    gaps = [
        sum(abs(a - b) for a, b in zip(one, other, strict=True))
        for one, other in combinations([*palette, (0, 0, 0), (255, 255, 255)], 2)
    ]
    assert min(gaps) > 45
