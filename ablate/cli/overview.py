"""``ablate plan`` and ``ablate status``: what there is to do, and how it stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rich.table import Table
from rich.text import Text

from ablate.cli.printing import ERR, OUT, print_text
from ablate.cli.stage_graph import stage_lines, stage_size
from ablate.plan.types import Plan, Trial
from ablate.progress.wording import rough_duration
from ablate.report.searching import progress
from ablate.report.wording import counted
from ablate.results import ResultSet, Status
from ablate.runner.cards import changed_values
from ablate.runner.estimate import estimate_s
from ablate.runner.standing import standing
from ablate.runner.study import Study
from ablate.runner.upkeep.space import DiskEstimate, disk_estimate, show_bytes


def print_plan(study: Study, jobs: int | None) -> None:
    """The conditions with their ablations and what is done, and the size of the rest."""
    results = study.results()
    plan = study.plan
    done = {(item.condition, item.seed) for item in results if item.status is Status.FINISHED}
    drawn = Table("condition", "changes", "ablations", "seeds", "done", box=None, pad_edge=False)
    seeds = Counter(trial.condition for trial in plan.trials)
    for key, condition in plan.conditions.items():
        count = sum((key, seed) in done for seed in plan.seeds)
        changes = ", ".join(f"{k}={v}" for k, v in changed_values(plan, condition).items()) or "-"
        names = (condition.name, changes, ", ".join(_ablations_of(plan, key)) or "-")
        cells = (*names, str(seeds[key]), f"{count}/{seeds[key]}")
        drawn.add_row(*map(Text, cells))  # not as markup, which would take [x] for a style
    OUT.print(drawn)
    for line in (*stage_lines(plan, done), *_searches(study)):
        print_text(line)
    missing = [trial for trial in plan.trials if (trial.condition, trial.seed) not in done]
    print_text(_size(plan, results, missing, jobs))
    _print_space(disk_estimate(study, missing, jobs))


def size_of(plan: Plan) -> str:
    """How much a plan is: its ablations, conditions, seeds, trials and searches."""
    text = (
        f"{counted(len(plan.ablations), 'ablation')}, {counted(len(plan.row_conditions), 'condition')} x "
        f"{counted(len(plan.seeds), 'seed')}{stage_size(plan)} = {counted(len(plan.trials), 'trial')}"
    )
    if not plan.searches:
        return text
    waiting = sum(len(ablation.waiting) for ablation in plan.ablations)
    searches = "1 search" if len(plan.searches) == 1 else f"{len(plan.searches)} searches"
    rows = f"; {counted(waiting, 'row')} to come from what is found" if waiting else ""
    return f"{text}, {searches}{rows}"


def _searches(study: Study) -> Iterator[str]:
    """What each search varies, and how far it is; then the rows that wait for one."""
    for result in study.searches().values():
        plan = result.plan
        fields = ", ".join(dimension.field for dimension in plan.space)
        yield f"search {plan.name}: {plan.sampler.name} over {fields}: {progress(result)}"
    for ablation in study.plan.ablations:
        if ablation.waiting:
            yield f"waiting in {ablation.name}: {', '.join(ablation.waiting)}"


def _print_space(estimate: DiskEstimate | None) -> None:
    if estimate is None:
        return
    needed, free = show_bytes(estimate.needed_bytes), show_bytes(estimate.free_bytes)
    print_text(f"Weights and checkpoints: about {needed}; {free} are free.")
    if estimate.warning is not None:
        ERR.print("[yellow]warning:[/] ", end="")
        ERR.print(estimate.warning, markup=False, soft_wrap=True)


def _ablations_of(plan: Plan, key: str) -> list[str]:
    return [a.name for a in plan.ablations if any(row.condition == key for row in a.rows)]


def _size(plan: Plan, results: ResultSet, missing: list[Trial], jobs: int | None) -> str:
    rows = sum(len(ablation.rows) for ablation in plan.ablations)
    shared = rows - len(plan.row_conditions)
    text = (
        f"\n{counted(rows, 'row')}, {shared} of them shared: "
        f"{counted(len(plan.row_conditions), 'condition')} x {counted(len(plan.seeds), 'seed')}{stage_size(plan)} = "
        f"{counted(len(plan.trials), 'trial')}, {len(missing)} to run."
    )
    if not missing:
        return text
    seconds = estimate_s(plan, results, missing, jobs)
    if seconds is None:
        return f"{text} No finished trial yet to estimate the time from."
    return f"{text} About {rough_duration(seconds)}, judging by finished trials."


def print_status(study: Study) -> None:
    """How many trials stand how, how far searches are, and the reasons of those that failed."""
    results = study.results()
    now = standing(study.plan, results, study.searches())
    print_text(now.text)
    for result in now.searches.values():
        print_text(f"  search {result.plan.name}: {progress(result)}")
    for item in results:
        if item.status in (Status.FAILED, Status.DIVERGED):
            print_text(f"  {item.name}: {item.status}: {item.reason}")
