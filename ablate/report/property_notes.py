"""The sentences under a table about columns that are no metrics."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ablate.report.analysis import Analysis
from ablate.report.property_cells import epochs_of
from ablate.report.wording import listed, seed_list
from ablate.spec.properties import Property

#: Recorded values that trials running side by side on a device change.
_TIMES = ("train_duration_s", "duration_s", "images_per_s")


def property_sentences(analysis: Analysis, shown: Sequence[Property]) -> Iterator[str]:
    """What a reader must know of the ``shown`` properties."""
    if any(one.name == "rank" for one in shown):
        yield (
            f"rank: by the mean of {analysis.primary.metric}, equal means share one; no claim that rows differ, "
            "which only the verdict makes."
        )
    if any(one.name == "flops" for one in shown):
        yield (
            "FLOPs: floating-point operations of one image's way through the network, two for each multiply-add of a "
            "convolution, a matrix product or an attention; nothing else counts."
        )
    yield from _epochs(analysis, [one for one in shown if one.name in ("best_epoch", "epochs_run")])
    varying = [one.title for one in shown if one.varies]
    if varying:
        yield (
            f"{listed(varying)}: mean of what the runs measured; another run of the same study gives other values "
            "here, and nowhere else in the table."
        )


def timed(shown: Sequence[Property]) -> tuple[str, ...]:
    """The titles of columns that hold times."""
    return tuple(one.title for one in shown if one.recorded in _TIMES)


def _epochs(analysis: Analysis, shown: Sequence[Property]) -> Iterator[str]:
    several = [
        one.title
        for one in shown
        if any(len(set(epochs_of(row, one.recorded))) > 1 for row in analysis.rows)
    ]
    if not several:
        return
    planned = {row.results.seeds for row in analysis.rows}
    seeds = "of the row's seeds, ascending" if len(planned) > 1 else f"of {seed_list(*planned)}"
    yield f"{listed(several)}: {seeds}, in this order; one number where all agree."
