"""What a table says of the searches behind its rows."""

from __future__ import annotations

from ablate.plan.search.options import SearchOptions
from ablate.plan.search.types import Budget
from ablate.spec.primary import Primary
from ablate.spec.text import show_value


def found_note(options: SearchOptions) -> str:
    """How the best found row was found."""
    return f"best found: the best of {_spent(options)}"


def tuned_note(options: SearchOptions) -> str:
    """That rows are compared at their best, each for the same price."""
    return f"every row was tuned with the same budget: {_spent(options)}"


def start_note(search: str) -> str:
    """Where the baseline comes from."""
    return f"the baseline is the best configuration that '{search}' found"


def prune_note(pruner: str) -> str:
    """That rows may have been ended early."""
    return f"rows that fell behind were ended early ({pruner}), the baseline and references never"


def selection_note(primary: Primary) -> str:
    """Whether the choice flatters the value that the table shows."""
    chosen = f"searches choose by {primary.monitored}"
    if primary.metric == primary.monitored:
        return f"{chosen}, the metric shown here: values of what they found are optimistic"
    if primary.split == "test":
        return (
            f"{chosen} and never see the test split: {primary.metric} of what they found is honest"
        )
    return f"{chosen}, not by {primary.metric}"


def _spent(options: SearchOptions) -> str:
    fields = ", ".join(options.space)
    pruned = f", {options.pruner.name} ending poor ones early" if options.pruner else ""
    return f"{_limit(options.budget.budget)} of {fields} by {options.sampler.name}{pruned}"


def _limit(budget: Budget) -> str:
    if budget.seconds is None:
        return "1 configuration" if budget.trials == 1 else f"{budget.trials} configurations"
    time = f"{_duration(budget.seconds)} of training"
    if budget.trials is None:
        return f"the configurations that fit into {time},"
    return f"{budget.trials} configurations (or {time}, if that came first)"


def _duration(seconds: float) -> str:
    """As people write budgets.

    >>> [_duration(seconds) for seconds in (7200.0, 1800.0, 5400.0)]
    ['2 h', '30 min', '1.5 h']
    """
    value, unit = (seconds / 3600, "h") if seconds >= 3600 else (seconds / 60, "min")
    return f"{show_value(int(value) if value.is_integer() else round(value, 2))} {unit}"
