"""Studies whose report and CSV are kept as golden files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ablate.outcomes import Outcomes, SplitOutcomes
from ablate.plan.designs.base import switched
from ablate.plan.types import LiteratureRow, Plan
from ablate.results import ResultSet, Status

from .studies import RowDraft, finished, make_plan, results, unfinished, with_seeds

Case = tuple[Plan, ResultSet]

LADDER = {
    "baseline": (0.721, 0.728, 0.719),
    "Batch norm": (0.730, 0.739, 0.726),
    "First linear layer": (0.802, 0.815, 0.798),
    "Dropout": (0.801, 0.817, 0.797),
}


def cumulative() -> Case:
    baseline, norm, linear, dropout = LADDER
    rows = [
        RowDraft(baseline, {}, None),
        RowDraft(norm, {"model.batch_norm": True}, baseline, baseline),
        RowDraft(linear, {"model.hidden": (192,)}, baseline, norm),
        RowDraft(dropout, {"model.dropout": 0.5}, baseline, linear),
    ]
    parts = [row.label for row in rows[1:]]
    rows = [replace(row, levels=switched(parts, parts[:place])) for place, row in enumerate(rows)]
    plan = make_plan(
        rows,
        design="cumulative",
        notes=("each row keeps the changes of all rows above it; gains depend on the order",),
        description="Which change to BaseNet earns its accuracy?",
    )
    parameters = dict(zip(LADDER, (4414, 4450, 45_000, 45_000), strict=True))
    trials = tuple(
        finished(
            label,
            seed,
            value,
            metrics={
                "test/accuracy": value - 0.005,
                "val/accuracy/T-shirt/top": value + 0.1,
                "val/accuracy/Shirt": value - 0.1,
                "val/accuracy/Bag": float("nan"),
            },
            measured={"parameters": float(parameters[label])},
        )
        for label, values in LADDER.items()
        for seed, value in enumerate(values)
    )
    return plan, ResultSet("basenet", trials)


def grid() -> Case:
    values = {
        "lr=0.001, dropout=0": (0.80, 0.81, 0.79),
        "lr=0.001, dropout=0.5": (0.81, 0.825, 0.80),
        "lr=1e-5, dropout=0": (0.60, 0.64, 0.61),
        "lr=1e-5, dropout=0.5": (0.58, 0.61, 0.56),
    }
    first, *others = values
    named = [
        {"optimizer.lr": rate, "model.dropout": dropout}
        for rate in ("0.001", "1e-5")
        for dropout in ("0", "0.5")
    ]
    rows = [RowDraft(first, {}, None, levels=named[0])]
    levels = ((0.001, 0.5), (1e-5, 0.0), (1e-5, 0.5))
    for place, (label, (rate, dropout)) in enumerate(zip(others, levels, strict=True), start=1):
        changes = {"optimizer.lr": rate, "model.dropout": dropout}
        rows.append(RowDraft(label, changes, first, levels=named[place]))
    return make_plan(rows, design="grid", name="learning-rate"), results(values)


def one_factor() -> Case:
    rows = [
        RowDraft("baseline", {}, None),
        RowDraft("dropout=0.25", {"model.dropout": 0.25}, "baseline"),
        RowDraft("hidden=[192, 12]", {"model.hidden": (192, 12)}, "baseline"),
    ]
    values = {
        "baseline": (0.80, 0.81, 0.79),
        "dropout=0.25": (0.80, 0.81, 0.79),
        "hidden=[192, 12]": (0.78, 0.80, 0.7775),
    }
    return make_plan(rows, design="one-factor", train={"patience": 5}), results(values)


def failed_seed() -> Case:
    rows = [
        RowDraft("A", {}, None),
        RowDraft("B", {"optimizer.lr": 0.1}, "A"),
        RowDraft("C", {"model.hidden": (9999,)}, "A"),
    ]
    done = results({"A": (0.80, 0.81, 0.79), "B": (0.70, 0.72)})
    lost = (
        unfinished("B", 2, Status.DIVERGED, "the loss became NaN in epoch 3"),
        *(unfinished("C", seed, Status.FAILED, "out of memory on cuda:0") for seed in (0, 1)),
        unfinished("C", 2, Status.RUNNING),
    )
    return make_plan(rows), ResultSet("basenet", (*done, *lost))


def one_seed() -> Case:
    rows = [RowDraft("baseline", {}, None), RowDraft("more", {"model.hidden": (99,)}, "baseline")]
    return make_plan(rows, seeds=[0]), results({"baseline": (0.721,), "more": (0.729,)})


def one_seed_of_known_images() -> Case:
    """What became of each image is recorded: 1000 images, of which the second run gets others right."""
    rows = [RowDraft("baseline", {}, None), RowDraft("more", {"model.hidden": (99,)}, "baseline")]
    true = np.arange(1000) % 2
    found = {"baseline": np.arange(1000) < 721, "more": np.arange(1000) >= 271}
    classes = ("cat", "dog")

    def outcomes(run_id: str, split: str) -> SplitOutcomes:
        predicted = np.where(found[run_id], true, 1 - true)
        return SplitOutcomes(Outcomes.of_images(true, predicted), "f", classes, classes)

    trials = (
        finished("baseline", 0, 0.721, run_id="baseline"),
        finished("more", 0, 0.729, run_id="more"),
    )
    return make_plan(rows, seeds=[0]), ResultSet("basenet", trials, outcomes)


def two_seeds() -> Case:
    rows = [RowDraft("baseline", {}, None), RowDraft("more", {"model.hidden": (99,)}, "baseline")]
    plan = make_plan(rows, seeds=[0, 1], train={"checkpoint": "best"})
    return plan, results({"baseline": (0.721, 0.728), "more": (0.729, 0.741)})


def nothing_run() -> Case:
    plan, _ = cumulative()
    return plan, ResultSet("basenet", ())


def hostile_names() -> Case:
    rows = [
        RowDraft("a|b", {}, None),
        RowDraft("two\nlines", {"model.dropout": 0.1}, "a|b"),
        RowDraft("<script>alert(1)</script>", {"model.dropout": 0.2}, "a|b"),
        RowDraft("`code` *star* __init__ a\\|b", {"model.dropout": 0.3}, "a|b"),
        RowDraft("[link](http://example.org)", {"model.dropout": 0.4}, "a|b"),
        RowDraft("模型 &lt;ö", {"model.dropout": 0.5}, "a|b"),
    ]
    plan = make_plan(rows, name="<b>names</b>", description="A <img src=x> of *mine*")
    values = {row.label: (0.80, 0.81 + index / 1000, 0.79) for index, row in enumerate(rows)}
    return plan, results(values, metrics={"val/accuracy/<i>|": 0.5})


def lower_is_better() -> Case:
    rows = [RowDraft("baseline", {}, None), RowDraft("more", {"model.hidden": (99,)}, "baseline")]
    plan = make_plan(rows, primary="test/loss", min_effect=0.001)
    values = {"baseline": (0.52, 0.53, 0.51), "more": (0.42, 0.44, 0.41)}
    return plan, results(values, metric="test/loss", metrics={"val/loss": 0.5})


def other_seeds() -> Case:
    rows = [
        RowDraft("baseline", {}, None),
        RowDraft("paired", {"model.dropout": 0.1}, "baseline"),
        RowDraft("unpaired", {"model.dropout": 0.2}, "paired"),
    ]
    plan = with_seeds(make_plan(rows), "unpaired", (7, 8))
    done = results({"baseline": (0.80, 0.81, 0.79), "paired": (0.81, 0.82, 0.80)})
    apart = tuple(finished("unpaired", 7 + index, 0.9 + index / 100) for index in range(2))
    mixed = replace(apart[1], device="cuda (NVIDIA A100)")
    return plan, ResultSet("basenet", (*done, apart[0], mixed))


def literature() -> Case:
    plan, found = cumulative()
    (ablation,) = plan.ablations
    published = (
        LiteratureRow("Smith et al. 2024", "val/accuracy", 0.912, "https://example.org/a|b"),
        LiteratureRow("Doe 2023", "val/accuracy", 0.8, "Doe, A comparison", std=0.004, n=5),
        LiteratureRow("Roe 2022", "test/accuracy", 0.79, "Roe, Another comparison", n=1),
    )
    return replace(plan, ablations=(replace(ablation, literature=published),)), found


CASES: dict[str, Callable[[], Case]] = {
    "cumulative": cumulative,
    "failed-seed": failed_seed,
    "grid": grid,
    "hostile-names": hostile_names,
    "literature": literature,
    "lower-is-better": lower_is_better,
    "nothing-run": nothing_run,
    "one-factor": one_factor,
    "one-seed": one_seed,
    "one-seed-of-known-images": one_seed_of_known_images,
    "other-seeds": other_seeds,
    "two-seeds": two_seeds,
}
