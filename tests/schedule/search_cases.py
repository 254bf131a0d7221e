"""A small search with conditions, an objective for it, and a recorder that holds what a search was told."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ablate.plan.search.pruners import Hyperband, Median, SuccessiveHalving
from ablate.plan.search.samplers import Cmaes, Gp, Qmc, Random, Tpe
from ablate.plan.search.types import Budget, Dimension, SearchPlan
from ablate.results import SearchPoint, Status
from ablate.schedule.search import Search

SGD = {"optimizer.name": ("sgd",)}
SPACE = (
    Dimension("optimizer.name", "choice", choices=("sgd", "adam")),
    Dimension("optimizer.lr", "float", 1e-5, 1e-1, log=True),
    Dimension("optimizer.momentum", "float", 0.0, 0.99, when=SGD),
    Dimension("optimizer.nesterov", "choice", choices=(True, False), when=SGD),
    Dimension("model.channels", "choice", choices=((6, 12), (12, 24), None)),
    Dimension("model.hidden", "int", 1, 64, log=True),
    Dimension("model.dropout", "float", 0.0, 0.5, step=0.1),
)
FLAT = tuple(dimension for dimension in SPACE if not dimension.when)
EPOCHS = 9

SAMPLERS = {
    "tpe": Tpe(startup_trials=4),
    "univariate": Tpe(startup_trials=4, multivariate=False),
    "random": Random(),
    "cmaes": Cmaes(startup_trials=2),
    "sobol": Qmc(),
    "halton": Qmc(kind="halton"),
    "gp": Gp(startup_trials=3),
}
PRUNERS = {
    "none": None,
    "median": Median(startup_trials=3),
    "hyperband": Hyperband(),
    "halving": SuccessiveHalving(),
}


def make_plan(
    sampler: str = "tpe",
    pruner: Any = None,
    space: Sequence[Dimension] = SPACE,
    *,
    key: str = "0123456789abcdef" * 2,
    maximize: bool = True,
) -> SearchPlan:
    return SearchPlan(
        key=key,
        name="lr",
        ablation="lr",
        row="",
        space=tuple(space),
        sampler=SAMPLERS[sampler],
        pruner=pruner,
        budget=Budget(trials=100),
        seeds=(0,),
        objective="val/accuracy",
        maximize=maximize,
        epochs=EPOCHS,
        condition=lambda number, params: None,
    )


def objective(params: dict[str, Any], epoch: int = EPOCHS) -> float:
    gain = params.get("optimizer.momentum", 0.0) + (params["model.channels"] == (12, 24)) / 2
    loss = (math.log10(params["optimizer.lr"]) + 3) ** 2 / 4 + abs(params["model.hidden"] - 20) / 40
    return (gain - loss - params["model.dropout"] / 10) * epoch / EPOCHS


class Recorder:
    """The points of a search by number, as records hold them."""

    def __init__(self) -> None:
        self.points: dict[int, SearchPoint] = {}

    def put(self, number: int, params: dict[str, Any], status: Status, **more: Any) -> None:
        self.points[number] = SearchPoint(number, params, status, **more)

    def all(self) -> tuple[SearchPoint, ...]:
        return tuple(self.points.values())


def live(search: Search, recorder: Recorder, count: int) -> None:
    """Go through ``count`` points one at a time; some fail, some diverge, the pruner ends others."""
    for _ in range(count):
        number, params = search.ask()
        status, value, curve = train(search, number, params)
        search.tell(number, value, status)
        recorder.put(number, params, status, value=value, curve=curve)


def train(
    search: Search, number: int, params: dict[str, Any]
) -> tuple[Status, float | None, tuple[tuple[int, float], ...]]:
    curve = []
    for epoch in range(1, EPOCHS + 1):
        value = math.nan if number % 11 == 9 and epoch == 3 else objective(params, epoch)
        curve.append((epoch, value))
        if search.report(number, epoch, value):
            return Status.PRUNED, None, tuple(curve)
        if number % 7 == 5 and epoch == 2:
            return Status.FAILED, None, tuple(curve)
        if math.isnan(value):
            return Status.DIVERGED, None, tuple(curve)
    return Status.FINISHED, objective(params), tuple(curve)


def rebuilt(plan: SearchPlan, points: Sequence[SearchPoint]) -> Search:
    search = Search(plan)
    search.replay(points)
    return search


def state(search: Search) -> list[tuple[Any, ...]]:
    """All that proposals and verdicts can depend on, but for what CMA-ES and the sequences note."""
    return [
        (
            trial.number,
            trial.state,
            trial.params,
            trial.values,
            repr(sorted(trial.intermediate_values.items())),
            {k: v for k, v in trial.system_attrs.items() if k.startswith("completed_rung")},
        )
        for trial in search._trials.study.get_trials(deepcopy=False)
    ]
