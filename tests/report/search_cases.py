"""Studies with searches, tuned rows, pruned rows and shared devices whose report is kept as a golden file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ablate.plan.search.types import Budget, Dimension, SearchPlan, SearchResult
from ablate.plan.types import Plan
from ablate.results import ResultSet, SearchPoint, Status
from ablate.spec.columns import USUAL_LAYOUT, Layout
from ablate.spec.options import Options

from .studies import RowDraft, finished, make_plan, results, unfinished


class Named(Options):
    """A sampler or a pruner as far as tables know it."""

    name: str


@dataclass(frozen=True)
class Kept:
    plan: Plan
    results: ResultSet
    searches: Mapping[str, SearchResult] = field(default_factory=dict)
    measured: bool = False
    layout: Layout = USUAL_LAYOUT


SPACE = (
    Dimension("optimizer.lr", "float", 1e-5, 1e-1, log=True),
    Dimension("model.hidden", "choice", choices=((12,), (192, 12))),
    Dimension("model.dropout", "float", 0.0, 0.5, when={"model.hidden": ((192, 12),)}),
)

#: number: (lr, hidden, dropout, status, value, curve)
TRIED: tuple[tuple[float, tuple[int, ...], float | None, Status, float | None, Any], ...] = (
    (0.0005123456, (12,), None, Status.FINISHED, 0.801, (0.62, 0.71, 0.79, 0.801)),
    (0.0213, (12,), None, Status.PRUNED, None, (0.41,)),
    (0.00187654321, (192, 12), 0.412345, Status.FINISHED, 0.853, (0.66, 0.8, 0.84, 0.853)),
    (0.09, (192, 12), 0.1, Status.DIVERGED, None, ()),
    (0.00391, (192, 12), 0.05, Status.FINISHED, 0.8605, (0.7, 0.83, 0.85, 0.8605)),
    (0.0041, (12,), None, Status.FINISHED, 0.83, (0.68, 0.77, 0.82, 0.83)),
    (0.0021, (192, 12), 0.3, Status.FINISHED, 0.853, (0.69, 0.81, 0.85, 0.853)),
    (0.00001, (12,), None, Status.PRUNED, None, (0.2, 0.31)),
    (0.0017, (12,), None, Status.FINISHED, 0.812, (0.66, 0.75, 0.81, 0.812)),
    (0.0049, (192, 12), 0.48, Status.FINISHED, 0.8441, (0.71, 0.8, 0.83, 0.8441)),
)


def search_plan(row: str = "best found", **changes: Any) -> SearchPlan:
    plan = SearchPlan(
        key=f"key of {row}",
        name="size",
        ablation="size",
        row=row,
        space=SPACE,
        sampler=Named(name="tpe"),
        pruner=Named(name="hyperband"),
        budget=Budget(trials=10),
        seeds=(0,),
        objective="val/accuracy",
        maximize=True,
        epochs=4,
        condition=lambda number, params: None,  # type: ignore[arg-type, return-value]
    )
    return replace(plan, **changes)


def points(count: int = len(TRIED)) -> tuple[SearchPoint, ...]:
    found = []
    for number, (lr, hidden, dropout, status, value, curve) in enumerate(TRIED[:count]):
        params: dict[str, Any] = {"optimizer.lr": lr, "model.hidden": hidden}
        params |= {} if dropout is None else {"model.dropout": dropout}
        reason = {
            Status.PRUNED: f"pruned by hyperband after epoch {len(curve)} of 4",
            Status.DIVERGED: "the loss became NaN in epoch 1",
        }.get(status, "")
        steps = tuple(enumerate(curve, start=1))
        found.append(SearchPoint(number, params, status, value, steps, reason, 30.0 * len(curve)))
    return tuple(found)


def _search_study(rows: list[RowDraft], waiting: tuple[str, ...], plan: SearchPlan) -> Plan:
    drafted = make_plan(
        rows, design="search", name="size", primary="test/accuracy", train={"epochs": 4}
    )
    fields = tuple(item.field for item in SPACE)
    (ablation,) = drafted.ablations
    changed = replace(ablation, factors=fields, waiting=waiting, searches=(plan.key,))
    return replace(drafted, ablations=(changed,), searches=(plan,))


def finished_search() -> Kept:
    plan = search_plan()
    best = {"optimizer.lr": 0.00391, "model.hidden": (192, 12), "model.dropout": 0.05}
    rows = [RowDraft("baseline", {}, None), RowDraft("best found", best, "baseline")]
    result = SearchResult(
        plan,
        points(),
        finished=True,
        importances={"optimizer.lr": 0.3141, "model.hidden": 0.6059, "model.dropout": 0.08},
    )
    values = {"baseline": (0.79, 0.80, 0.785), "best found": (0.851, 0.862, 0.853)}
    recorded = results(values, metric="test/accuracy")
    return Kept(_search_study(rows, (), plan), recorded, {plan.key: result})


def unfinished_search() -> Kept:
    plan = search_plan(budget=Budget(trials=40, seconds=5400.0))
    rows = [RowDraft("baseline", {}, None)]
    open_point = SearchPoint(8, {"optimizer.lr": 0.01, "model.hidden": (12,)}, Status.RUNNING)
    result = SearchResult(plan, (*points(8), open_point), finished=False)
    recorded = results({"baseline": (0.79,)}, metric="test/accuracy")
    return Kept(_search_study(rows, ("best found",), plan), recorded, {plan.key: result})


def tuned_rows() -> Kept:
    space = SPACE[:1]
    plans = [search_plan(row, space=space, name="size") for row in ("baseline", "wide", "deep")]
    drafts = [
        RowDraft("baseline", {"optimizer.lr": 0.00391}, None),
        RowDraft("wide", {"model.hidden": (192,), "optimizer.lr": 0.0021}, "baseline"),
    ]
    drafted = make_plan(drafts, name="size")
    (ablation,) = drafted.ablations
    changed = replace(
        ablation,
        factors=("model.hidden",),
        waiting=("deep",),
        searches=tuple(plan.key for plan in plans),
        notes=(
            "every row was tuned with the same budget: 10 configurations of optimizer.lr by tpe",
        ),
    )
    alone = tuple(
        replace(point, params={"optimizer.lr": point.params["optimizer.lr"]}) for point in points()
    )
    found = {
        plans[0].key: SearchResult(plans[0], alone, finished=True),
        plans[1].key: SearchResult(plans[1], alone, finished=True),
        plans[2].key: SearchResult(plans[2], alone[:2], finished=False),
    }
    recorded = results({"baseline": (0.86, 0.85, 0.845), "wide": (0.853, 0.861, 0.85)})
    plan = replace(drafted, ablations=(changed,), searches=tuple(plans))
    return Kept(plan, recorded, found)


def pruned_rows() -> Kept:
    drafts = [
        RowDraft("baseline", {}, None),
        RowDraft("good", {"model.dropout": 0.1}, "baseline"),
        RowDraft("behind", {"model.dropout": 0.5}, "baseline"),
        RowDraft("late", {"model.dropout": 0.9}, "baseline"),
    ]
    drafted = make_plan(
        drafts, notes=("rows that fell behind were ended early (median), the baseline never",)
    )
    (ablation,) = drafted.ablations
    plan = replace(drafted, ablations=(replace(ablation, pruner=Named(name="median")),))
    done = results({"baseline": (0.80, 0.81, 0.79), "good": (0.82, 0.833, 0.811)})
    ended = (
        unfinished("behind", 0, Status.PRUNED, "pruned by median after epoch 3 of 20"),
        finished("late", 0, 0.99),
        unfinished("late", 1, Status.PRUNED, "pruned by median after epoch 9 of 20"),
    )
    return Kept(plan, ResultSet("basenet", (*done, *ended)))


def shared_device() -> Kept:
    drafts = [RowDraft("baseline", {}, None), RowDraft("more", {"model.hidden": (99,)}, "baseline")]
    done = results({"baseline": (0.80, 0.81, 0.79), "more": (0.82, 0.833, 0.811)})
    trials = tuple(
        replace(trial, shared_device=2) if trial.condition == "key more" and trial.seed else trial
        for trial in done
    )
    return Kept(make_plan(drafts), ResultSet("basenet", trials), measured=True)


SEARCH_CASES: dict[str, Callable[[], Kept]] = {
    "finished-search": finished_search,
    "pruned-rows": pruned_rows,
    "shared-device": shared_device,
    "tuned-rows": tuned_rows,
    "unfinished-search": unfinished_search,
}
