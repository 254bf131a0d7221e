"""Pixels of masks that are left out because their value is no class: how many, and which."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ablate.data.mask_reading import Strange
from ablate.data.source import SplitName

#: From which share of a split's pixels on one should know of it.
_NOTABLE = 0.01
_MOST_VALUES = 4


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Of ``total`` pixels of a split's masks, as annotated, ``strange`` are left out.

    ``values`` are the most frequent of them.
    """

    total: int
    strange: int
    values: tuple[Strange, ...]


def left_out(total: int, counts: Counter[str]) -> LeftOut:
    """What is left out of ``total`` pixels, from the number of pixels of each strange value.

    >>> left_out(50, Counter({"colour [1, 2, 3]": 5}))
    LeftOut(total=50, strange=5, values=(Strange(value='colour [1, 2, 3]', pixels=5),))
    """
    values = (Strange(value, pixels) for value, pixels in counts.most_common(_MOST_VALUES))
    return LeftOut(total, counts.total(), tuple(values))


def read_left_out(value: Mapping[str, Any]) -> LeftOut:
    """From what :func:`dataclasses.asdict` made of it, by way of JSON."""
    values = tuple(Strange(str(name), int(pixels)) for name, pixels in value["values"])
    return LeftOut(int(value["total"]), int(value["strange"]), values)


def left_out_warnings(splits: Mapping[SplitName, LeftOut | None]) -> Iterator[tuple[str, str]]:
    """Options and what is doubtful about them: splits of which much is left out, ``None`` those without masks."""
    for split, found in splits.items():
        if found and found.strange > _NOTABLE * found.total:
            share = found.strange / found.total
            yield (
                "unknown_color",
                f"{share:.1%} of the pixels of the '{split}' masks are left out, because their colour is no "
                f"class: {show_values(found.values)}. Name these colours under 'colors' if they mean something",
            )


def show_values(values: Sequence[Strange]) -> str:
    """Values of pixels, each with how many there are.

    >>> show_values([Strange("value 7", 1200), Strange("value 9", 1)])
    'value 7 (1,200 pixels), value 9 (1 pixel)'
    """
    return ", ".join(f"{one.value} ({_pixels(one.pixels)})" for one in values)


def _pixels(count: int) -> str:
    return "1 pixel" if count == 1 else f"{count:,} pixels"
