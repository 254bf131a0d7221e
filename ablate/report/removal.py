"""What the difference to everything on is called, and how its sign is read."""

from __future__ import annotations

from collections.abc import Iterator

from ablate.plan.designs.leave_one_out import FULL
from ablate.report.analysis import Analysis

#: The title of the column of differences.
REMOVAL = "cost of removing"


def removes(analysis: Analysis) -> bool:
    """Whether every row is compared with everything on, of which it lacks a part."""
    return analysis.ablation.design == "leave-one-out" and analysis.references == (FULL,)


def removal_sentences(analysis: Analysis) -> Iterator[str]:
    """The sign of a removal's delta."""
    if removes(analysis):
        side = "below" if analysis.primary.maximize else "above"
        yield (
            f'{REMOVAL}: the delta, the row minus "{FULL}"; {side} 0, {analysis.primary.metric} is worse without '
            "the part, which so earns its place."
        )
