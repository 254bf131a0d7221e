"""The stages of a plan and what starts from them, a line each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator

from ablate.plan.types import Place, Plan
from ablate.report.wording import counted


def stage_lines(plan: Plan, done: Collection[Place]) -> Iterator[str]:
    """Each stage with what starts from it, before those that start from it; ``done`` are finished trials."""
    for key, condition in plan.conditions.items():
        started = [
            item.name
            for item in plan.conditions.values()
            if item.upstream is not None and item.upstream.condition == key
        ]
        if started:
            trials = [trial.place in done for trial in plan.trials if trial.condition == key]
            count = f"{sum(trials)} of {counted(len(trials), 'trial')} done"
            yield f"{condition.name} -> {', '.join(started)} ({count})"


def stage_size(plan: Plan) -> str:
    """How many trials the stages add to those of rows; empty without stages."""
    stages = [condition.key for condition in plan.conditions.values() if condition.stage]
    if not stages:
        return ""
    per_condition = Counter(trial.condition for trial in plan.trials)
    trials = sum(per_condition[key] for key in stages)
    return f" + {counted(trials, 'trial')} of {counted(len(stages), 'stage')}"
