"""The sentences under a table whose rows were searched for."""

from __future__ import annotations

from collections.abc import Iterator

from ablate.plan.search.types import SearchResult
from ablate.report.analysis import Analysis
from ablate.report.searching import DIGITS
from ablate.report.wording import counted

SIDE_BY_SIDE = (
    "With trials side by side, the order in which they end steers a search: "
    "another run of it may find something else."
)
DIGITS_SHOWN = (
    f"Numbers that a search found are shown with {DIGITS} digits; the CSV has all of them."
)


def search_sentences(analysis: Analysis) -> Iterator[str]:
    """What searches mean for the rows they found; how the searches went stands under their own tables."""
    searches = analysis.searches
    found = [row for row in analysis.rows if _is_found(row.label, searches)]
    if found:
        yield (
            "The best of many configurations owes something to luck: "
            "what was found ran with every seed, whose mean stands here."
        )
    open_searches = [result for result in searches if not result.finished]
    if open_searches and analysis.ablation.design != "search":
        yield f"Tuning of {counted(len(open_searches), 'row')} has not ended: budgets used still differ."


def shortened(searches: tuple[SearchResult, ...]) -> bool:
    """Whether values with many digits can have been found."""
    spaces = (item for result in searches for item in result.plan.space)
    return any(item.kind == "float" and item.step is None for item in spaces)


def _is_found(label: str, searches: tuple[SearchResult, ...]) -> bool:
    return any(result.plan.row == label for result in searches)
