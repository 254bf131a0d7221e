"""Studies whose tables show more of the trials than metrics, kept as golden files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from ablate.models.weights import WeightFile
from ablate.results import ResultSet

from .search_cases import Kept
from .segmentation_cases import layout
from .studies import Model, RowDraft, finished, make_plan


class Network(Model):
    weights: Any = "random"


#: label: (accuracy of each seed, trained parameters, seconds of training, best epoch of each seed)
Outcome = tuple[tuple[float, ...], int, float, tuple[int, ...]]

SETTINGS: Mapping[str, Outcome] = {
    "scratch": ((0.59, 0.61, 0.60), 2_225_858, 65.2, (14, 19, 20)),
    "extractor": ((0.94, 0.95, 0.95), 2_562, 12.25, (8, 8, 8)),
    "fine-tuned": ((0.95, 0.94, 0.95), 2_225_858, 3_725.0, (6, 5, 6)),
    "narrow crop": ((0.95, 0.96, 0.97), 2_225_858, 70.0, (6, 7, 6)),
}
FILE = WeightFile(path="weights/mobilenet_v2.pth")


def transfer(*columns: str, shared: int = 1) -> Kept:
    rows = [
        RowDraft("scratch", {"train.patience": 5}, None),
        RowDraft("extractor", {"model.weights": FILE}, "scratch"),
        RowDraft("fine-tuned", {"model.weights": "imagenet"}, "scratch"),
        RowDraft("narrow crop", {"model.weights": "imagenet", "model.dropout": 0.5}, "scratch"),
        RowDraft("not run", {}, "scratch"),
    ]
    plan = make_plan(rows, model=Network(), train={"epochs": 20, "patience": 5})
    trials = tuple(
        finished(label, seed, value, measured=_measured(outcome, seed), shared_device=shared)
        for label, outcome in SETTINGS.items()
        for seed, value in enumerate(outcome[0])
    )
    return Kept(plan, ResultSet("basenet", trials), layout=layout(columns))


def _measured(outcome: Outcome, seed: int) -> dict[str, float]:
    _, trained, seconds, epochs = outcome
    return {
        "parameters": 2_225_858.0,
        "trainable_parameters": float(trained),
        "train_duration_s": seconds + seed,
        "duration_s": seconds + 5.0,
        "flops": 6.0e8,
        "epochs_run": 20.0,
        "best_epoch": float(epochs[seed]),
        "images_per_s": 4880 / seconds,
        "peak_memory_bytes": 1.5 * 2**30,
    }


def transfer_study() -> Kept:
    return transfer("pretrained", "trained_parameters", "train_time", "rank")


def epochs_and_costs() -> Kept:
    return transfer(
        "epochs_run / patience / best_epoch", "flops", "images_per_s", "peak_memory", shared=2
    )


def leaky_splits() -> Kept:
    """Splits that share images: val with train alike in all rows, test where a row is trained on more."""
    rows = [RowDraft("all", {}, None), RowDraft("part", {"data.train_size": 500}, "all")]
    shared = {"overlap/val/train": 12.0, "images/val": 1000.0, "overlap/test/train": 1.0}
    counts = {
        "all": {**shared, "images/test": 4000.0},
        "part": {"overlap/val/train": 12.0, "images/val": 1000.0},
    }
    trials = tuple(
        finished(
            label, seed, 0.9 + seed / 100, measured=counts[label], metrics={"test/accuracy": 0.8}
        )
        for label in counts
        for seed in range(3)
    )
    return Kept(make_plan(rows), ResultSet("basenet", trials))


def implementation_details() -> Kept:
    """Fields that all rows share, properties in a cell, and what differs."""
    kept = transfer(shared=2)
    details = (
        "optimizer.name",
        "data.batch_size",
        "epochs_run / patience / best_epoch",
        "train_time",
    )
    return replace(kept, layout=layout(details=details))


PROPERTY_CASES: dict[str, Callable[[], Kept]] = {
    "epochs-and-costs": epochs_and_costs,
    "implementation-details": implementation_details,
    "leaky-splits": leaky_splits,
    "transfer": transfer_study,
}
