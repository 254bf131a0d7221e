"""Tables with any cells, and any names."""

from __future__ import annotations

from hypothesis import strategies as st

from ablate.report.cells import (
    Count,
    Duration,
    Epochs,
    Mean,
    MeanStd,
    Number,
    Quantity,
    Seeds,
    Shared,
    Text,
)
from ablate.report.compare import Comparison, Verdict
from ablate.report.comparison_cells import Delta, Judgement, Wins
from ablate.report.number_format import NumberFormat
from ablate.report.rows import Summary
from ablate.report.table import AblationTable

NUMBERS = st.sampled_from([NumberFormat(), NumberFormat(100.0, 2), NumberFormat(100.0, 1)])
VALUES = st.floats(-1e6, 1e6, allow_nan=False)
ANY_TEXT = st.text(max_size=12) | st.text(
    alphabet="\\{}_&%$#^~<>|`'\"*[]()!-–,;: \n±✓αж模é1", max_size=12
)
NOTES = st.none() | st.integers(1, 9)


def summaries():
    return st.builds(Summary, st.integers(1, 5), st.none() | VALUES, st.none() | st.floats(0, 1e4))


def comparisons():
    bounds = st.none() | st.floats(-1, 1)
    wins = st.none() | st.integers(0, 3)
    return st.none() | st.builds(
        Comparison, st.floats(-1, 1), bounds, bounds, n_pairs=st.just(3), wins=wins
    )


def simple_cells(bold):
    return st.one_of(
        st.builds(Text, ANY_TEXT, bold=bold),
        st.builds(Seeds, st.integers(0, 3), st.just(3), st.tuples(ANY_TEXT), bold=bold),
        st.builds(MeanStd, summaries(), NUMBERS, bold=bold),
        st.builds(Mean, summaries(), NUMBERS, bold=bold),
        st.builds(Number, st.none() | VALUES, NUMBERS, bold=bold),
        st.builds(Delta, comparisons(), NUMBERS, st.booleans(), bold=bold),
        st.builds(Epochs, st.tuples(st.none() | st.integers(1, 99), st.integers(1, 99)), bold=bold),
        st.builds(Wins, comparisons(), bold=bold),
        st.builds(Judgement, st.none() | st.sampled_from(Verdict), NOTES, bold=bold),
        st.builds(Count, st.none() | st.integers(0, 10**9), bold=bold),
        st.builds(Quantity, VALUES, st.just("1.5 GiB"), NOTES, bold=bold),
        st.builds(Duration, st.none() | st.floats(0, 1e5), NOTES, bold=bold),
    )


def cells():
    bold = st.booleans()
    parts = st.tuples(simple_cells(st.just(False)), simple_cells(st.just(False)))
    return simple_cells(bold) | st.builds(Shared, parts, bold=bold)


CELLS = cells()


@st.composite
def tables(draw):
    width = draw(st.integers(1, 3))
    titles = draw(st.tuples(*[ANY_TEXT] * width))
    rows = draw(st.lists(st.tuples(*[CELLS] * width), max_size=3))
    title, description = draw(ANY_TEXT), draw(ANY_TEXT)
    footer = draw(st.lists(ANY_TEXT.map(lambda text: f"a {text}."), max_size=2))
    return AblationTable(title, description, titles, tuple(rows), tuple(footer), ())
