from __future__ import annotations

import pytest

from ablate.report.figures.text import fitted, one_line, widest, width_of, wrapped

from .inspecting import HOSTILE


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("inches", [0.3, 1.0])
def test_names_of_any_kind_fit(name: str, inches: float) -> None:
    assert width_of(fitted(name, inches, 8.0), 8.0) <= inches
    lines = wrapped(name, inches, 8.0, lines=3)
    assert widest([lines], 8.0) <= inches
    assert lines.count("\n") <= 2


def test_what_fits_is_whole() -> None:
    assert fitted("Batch norm", 2.0, 8.0) == wrapped("Batch norm", 2.0, 8.0) == "Batch norm"


def test_names_that_differ_at_the_end_still_do() -> None:
    one, other = (fitted(f"{'a very long name ' * 5}{end}", 1.5, 8.0) for end in ("one", "two"))
    assert one.endswith("one")
    assert other.endswith("two")


def test_lines_are_broken_between_words() -> None:
    assert wrapped("First linear layer", 0.7, 8.0) == "First linear\nlayer"


def test_what_cannot_be_printed_is_shown_as_such() -> None:
    assert one_line("a\ud800b") == "a\ufffdb"
