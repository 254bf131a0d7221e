"""Times that were measured while trials shared a device."""

from __future__ import annotations

from collections.abc import Sequence

from ablate.report.analysis import Analysis, RowAnalysis
from ablate.report.wording import listed, span


def sharing_note(analysis: Analysis, row: RowAnalysis) -> str:
    """Why a row's time cannot be compared with the others'; empty where it can, and where all shared alike."""
    if not _shares(row) or _alike(analysis) is not None:
        return ""
    beside = f"{span(_counts(row))} trials side by side on one device"
    return f"measured with {beside}: not comparable with other times"


def sharing_sentence(analysis: Analysis, titles: Sequence[str]) -> str:
    """The same for a whole table whose trials all shared their device alike, else empty.

    ``titles`` are those of its columns of times.
    """
    alike = _alike(analysis)
    if alike is None or not titles:
        return ""
    return f"{listed(titles)}: measured with {alike} trials side by side on one device."


def _alike(analysis: Analysis) -> int | None:
    """How many trials ran side by side, if that was the same for all and more than one."""
    found = {count for row in analysis.rows for count in _counts(row)}
    (count, *others) = found or {1}
    return count if count > 1 and not others else None


def _shares(row: RowAnalysis) -> bool:
    return any(count > 1 for count in _counts(row))


def _counts(row: RowAnalysis) -> set[int]:
    return {trial.shared_device for trial in row.results.finished}
