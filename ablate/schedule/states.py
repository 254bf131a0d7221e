"""How a point or an attempt ended, in Optuna's terms."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeGuard

from ablate.results import Status

if TYPE_CHECKING:
    from optuna.trial import TrialState


def outcome(
    status: Status, value: float | None, reported: Mapping[int, float]
) -> tuple[TrialState, float | None]:
    """Complete with a finite value, pruned, and failed without a value in every other case.

    A pruned trial without a value gets the one that it reported last, as Optuna does.

    Args:
        status: how it ended.
        value: the objective, where there is one.
        reported: step to value.
    """
    from optuna.trial import TrialState

    if status is Status.PRUNED:
        last = reported[max(reported)] if reported else None
        return TrialState.PRUNED, next(filter(finite, (value, last)), None)
    if status is Status.FINISHED and finite(value):
        return TrialState.COMPLETE, value
    return TrialState.FAIL, None


def finite(value: float | None) -> TypeGuard[float]:
    """Whether there is a value that can be compared."""
    return value is not None and math.isfinite(value)
