"""How long missing trials may take, judged by those that finished."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from ablate.plan.types import Plan, Trial
from ablate.results import ResultSet, Status
from ablate.schedule.slots import slots


def estimate_s(
    plan: Plan, results: ResultSet, missing: Sequence[Trial], jobs: int | None = None
) -> float | None:
    """Seconds until ``missing`` have run in the slots of this machine; ``None`` without any finished trial.

    A condition is judged by its own finished seeds; one that never ran by the median of all, scaled by epochs.
    """
    own: dict[str, list[float]] = {}
    rates = []
    for result in results:
        seconds = result.measured.get("duration_s")
        if result.status is not Status.FINISHED or seconds is None:
            continue
        own.setdefault(result.condition, []).append(seconds)
        rates.append(seconds / (plan.conditions[result.condition].config.epochs or 1))
    if not rates:
        return None
    total = sum(
        median(own[trial.condition])
        if trial.condition in own
        else median(rates) * (plan.config(trial).epochs or 1)
        for trial in missing
    )
    return total / min(len(slots(jobs)), max(1, len(missing)))
