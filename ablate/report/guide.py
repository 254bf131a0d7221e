"""How many seeds would settle what a table cannot tell."""

from __future__ import annotations

from collections.abc import Iterator

from ablate.report.analysis import Analysis, RowAnalysis
from ablate.report.compare import Comparison, Verdict
from ablate.report.number_format import NumberFormat
from ablate.report.statistics import ALPHA, MOST_SEEDS, POWER, seeds_needed
from ablate.report.wording import counted

#: Rows that are named, those that need the fewest seeds.
MOST_ROWS = 6

#: A row and the seeds it needs; ``None`` for too many.
Need = tuple[RowAnalysis, int | None]

_OPEN = (Verdict.CANNOT_TELL, Verdict.SUGGESTIVE)


def seeds_guide(analysis: Analysis) -> Iterator[str]:
    """A sentence about the rows without a clear verdict, and how to add seeds; nothing if all have one.

    Judged at Holm's strictest level, so that the answer holds whatever the other rows turn out to be.
    """
    tested = [row for row in analysis.rows if row.comparison and row.comparison.p is not None]
    needs: list[Need] = [
        (row, _needed(row.comparison, ALPHA / len(tested)))
        for row in tested
        if row.comparison and row.comparison.verdict in _OPEN and row.comparison.spread
    ]
    if not needs:
        return
    number = NumberFormat.of(analysis.primary.info)
    named = "; ".join(_said(row, seeds, number) for row, seeds in _nearest(needs))
    more = len(needs) - MOST_ROWS
    rest = f"; {counted(more, 'row')} more than these" if more > 0 else ""
    corrected = " after the correction" if len(tested) > 1 else ""
    yield (
        f"Seeds needed in all for an {POWER * 100:.0f} % chance of a verdict{corrected}, if the difference is as "
        "large as seen (a rough guide, since few seeds measure it badly): "
        f"{named}{rest}.{_remedy(analysis, needs)}"
    )


def _nearest(needs: list[Need]) -> list[Need]:
    """The rows that need the fewest seeds, in the order of the table."""
    fewest = sorted(range(len(needs)), key=lambda place: needs[place][1] or MOST_SEEDS + 1)
    return [needs[place] for place in sorted(fewest[:MOST_ROWS])]


def _needed(found: Comparison, alpha: float) -> int | None:
    """More seeds than there are: those did not tell."""
    if found.spread is None:
        return None
    return seeds_needed(found.delta, found.spread, alpha=alpha, least=found.n_pairs + 1)


def _said(row: RowAnalysis, seeds: int | None, number: NumberFormat) -> str:
    size = number.signed(row.comparison.delta) if row.comparison else ""
    return f"{row.label} ({size}) {f'about {seeds}' if seeds else f'more than {MOST_SEEDS}'}"


def _remedy(analysis: Analysis, needs: list[Need]) -> str:
    """How to get there, where the study's seeds are counted from 0 as ``--set seeds=N`` does."""
    most = max((seeds for _, seeds in _nearest(needs) if seeds), default=None)
    from_zero = all(
        row.results.seeds == tuple(range(len(row.results.seeds))) for row in analysis.rows
    )
    if most is None or not from_zero:
        return ""
    return (
        f" --set seeds={most} adds the missing ones; seeds that ran stay. Adding seeds until a verdict "
        "appears finds differences that are not there: decide once."
    )
