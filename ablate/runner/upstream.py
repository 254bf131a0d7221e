"""Trials that cannot run because the one that they start from has failed."""

from __future__ import annotations

from ablate.results import Failed, Status, TrialResult
from ablate.schedule.verdict import now_ms

_PREFIX = "upstream failed: "


def upstream_failure(name: str, reason: str) -> Failed:
    """How a trial ends whose upstream trial, called ``name``, has failed; along a chain the first failure is named.

    >>> upstream_failure("stage a, seed 0", "out of memory").reason
    'upstream failed: stage a, seed 0: out of memory'
    """
    told = reason if reason.startswith(_PREFIX) else f"{_PREFIX}{name}: {reason}"
    return Failed(now_ms(), Status.FAILED, told)


def is_upstream_failure(result: TrialResult) -> bool:
    """Whether a trial failed without having run, because its upstream trial had."""
    return result.status is Status.FAILED and result.reason.startswith(_PREFIX)
