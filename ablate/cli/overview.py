"""``ablate plan`` and ``ablate status``: what there is to do, and how it stands."""

from __future__ import annotations

from collections import Counter

from rich.table import Table

from ablate.cli.printing import OUT, print_text
from ablate.plan.types import Plan, Trial
from ablate.progress.wording import rough_duration
from ablate.results import ResultSet, Status
from ablate.runner.cards import changed_values
from ablate.runner.estimate import estimate_s
from ablate.runner.study import Study


def print_plan(study: Study, jobs: int | None) -> None:
    """The conditions with their ablations and what is done, and the size of the rest."""
    results = study.results()
    plan = study.plan
    done = {(item.condition, item.seed) for item in results if item.status is Status.FINISHED}
    drawn = Table("condition", "changes", "ablations", "seeds", "done", box=None, pad_edge=False)
    for key, condition in plan.conditions.items():
        count = sum((key, seed) in done for seed in plan.seeds)
        drawn.add_row(
            condition.name,
            ", ".join(f"{k}={v}" for k, v in changed_values(plan, condition).items()) or "-",
            ", ".join(_ablations_of(plan, key)),
            str(len(plan.seeds)),
            f"{count}/{len(plan.seeds)}",
        )
    OUT.print(drawn)
    missing = [trial for trial in plan.trials if (trial.condition, trial.seed) not in done]
    print_text(_size(plan, results, missing, jobs))


def _ablations_of(plan: Plan, key: str) -> list[str]:
    return [a.name for a in plan.ablations if any(row.condition == key for row in a.rows)]


def _size(plan: Plan, results: ResultSet, missing: list[Trial], jobs: int | None) -> str:
    rows = sum(len(ablation.rows) for ablation in plan.ablations)
    shared = rows - len(plan.conditions)
    text = (
        f"\n{rows} rows, {shared} of them shared: {len(plan.conditions)} conditions x "
        f"{len(plan.seeds)} seeds = {len(plan.trials)} trials, {len(missing)} to run."
    )
    if not missing:
        return text
    seconds = estimate_s(plan, results, missing, jobs)
    if seconds is None:
        return f"{text} No finished trial yet to estimate the time from."
    return f"{text} About {rough_duration(seconds)}, judging by finished trials."


def print_status(study: Study) -> None:
    """How many trials stand how, and the reasons of those that failed."""
    results = study.results()
    counts = Counter(str(item.status) for item in results)
    absent = len(study.plan.trials) - len(results)
    parts = [f"{counts[status]} {status}" for status in Status if counts[status]]
    parts += [f"{absent} not started"] if absent else []
    print_text(f"{study.plan.study}: {len(study.plan.trials)} trials: {', '.join(parts)}")
    for item in results:
        if item.status in (Status.FAILED, Status.DIVERGED):
            print_text(f"  {item.name}: {item.status}: {item.reason}")
