"""Learning without labels, from start to end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.torch
import torch
from sklearn.neighbors import KNeighborsClassifier

from ablate.data.prepared import PreparedData, Split
from ablate.engine import checkpoint
from ablate.engine.assemble import assemble
from ablate.engine.evaluate import evaluate
from ablate.engine.features import features_of
from ablate.engine.fit import fit
from ablate.engine.rehearse import rehearse
from ablate.errors import Diverged
from ablate.results import EpochMetrics, Event, Finished
from ablate.spec.config import TrialConfig

from .conftest import Configure

Run = Callable[..., Iterator[Event]]

BYOL = {"name": "ssl", "projector": (16, 8), "predictor": 16, "neighbours": 5}
SIMCLR = {"name": "ssl", "method": "simclr", "projector": (16, 8), "neighbours": 5}
AUGMENT = ({"random_crop": {"padding": 2}}, {"color_jitter": {"brightness": 0.4, "p": 0.8}})
CASES: dict[str, dict[str, Any]] = {
    "byol": {"task": BYOL},
    "simclr": {"task": SIMCLR},
    "byol, best and plateau": {
        "task": BYOL,
        "train": {"epochs": 5, "checkpoint": "best"},
        "scheduler": {"name": "plateau", "patience": 1},
    },
}


@pytest.fixture
def learner(configure: Configure) -> Configure:
    def build(**sections: Any) -> TrialConfig:
        values: dict[str, Any] = {
            "task": BYOL,
            "data": {"name": "digits", "batch_size": 50, "augment": AUGMENT},
            "train": {"epochs": 4},
            "primary": "val/knn_accuracy",
        }
        return configure(**{**values, **sections})

    return build


@pytest.fixture
def run(stripes: PreparedData, tmp_path: Path) -> Run:
    def start(
        config: TrialConfig, name: str = "trial", data: PreparedData = stripes
    ) -> Iterator[Event]:
        return fit(config, data, seed=0, folder=tmp_path / name, device="cpu")

    return start


def metrics(events: list[Event]) -> dict[int, Any]:
    return {event.epoch: event.metrics for event in events if isinstance(event, EpochMetrics)}


@pytest.mark.parametrize("case", CASES)
def test_a_resumed_run_equals_an_uninterrupted_one(
    run: Run, learner: Configure, tmp_path: Path, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoint, "SHARE", float("inf"))
    config = learner(**{"train": {"epochs": 5}, **CASES[case]})
    whole = list(run(config, "whole"))
    events, before = run(config, "parts"), []
    for event in events:
        if isinstance(event, EpochMetrics) and event.epoch > 2:
            break
        before.append(event)
    events.close()  # type: ignore[attr-defined]
    after = list(run(config, "parts"))
    assert min(metrics(after)) == 3
    assert {**metrics(before), **metrics(after)} == metrics(whole)
    assert isinstance(last := whole[-1], Finished)
    assert isinstance(again := after[-1], Finished)
    assert again.final == last.final
    for name in ("weights.safetensors", "modules.safetensors", "confusion/test.json"):
        files = [tmp_path / run / "artifacts" / name for run in ("whole", "parts")]
        assert files[0].read_bytes() == files[1].read_bytes()


def test_what_is_recorded(run: Run, learner: Configure) -> None:
    events = list(run(learner()))
    assert set(metrics(events)[1]) == {
        "train/loss",
        "val/loss",
        "val/knn_accuracy",
        "val/projection_std",
        "lr",
    }
    assert isinstance(last := events[-1], Finished)
    names = {"test/loss", "test/knn_accuracy", "test/knn_accuracy/a", "test/projection_std"}
    assert names <= set(last.final)
    assert not any(name.startswith("train/knn") for name in last.final)


def test_it_learns_without_labels(
    run: Run, learner: Configure, stripes: PreparedData, tmp_path: Path
) -> None:
    generator = np.random.default_rng(0)
    train = stripes.splits["train"]
    other = replace(stripes, splits={**stripes.splits, "train": _relabelled(train, generator)})
    scores = [
        list(run(learner(), name, data))[-1].final for name, data in (("a", stripes), ("b", other))
    ]  # type: ignore[union-attr]
    files = [tmp_path / name / "artifacts" / "modules.safetensors" for name in "ab"]
    assert files[0].read_bytes() == files[1].read_bytes(), "labels change nothing about training"
    assert scores[0]["val/loss"] == scores[1]["val/loss"]
    assert scores[0]["val/knn_accuracy"] > scores[1]["val/knn_accuracy"]


def _relabelled(split: Split, generator: np.random.Generator) -> Split:
    return replace(split, labels=generator.permutation(split.labels))


def test_neighbours_are_those_of_scikit_learn(learner: Configure, stripes: PreparedData) -> None:
    trainer = assemble(learner(), stripes, seed=0, device="cpu")
    counts = evaluate(trainer, stripes, "val")
    memory, found = (features_of(trainer, stripes, split) for split in ("train", "val"))
    oracle = KNeighborsClassifier(5, metric="cosine", algorithm="brute")
    oracle.fit(memory.vectors.numpy(), memory.target.numpy())
    expected = oracle.score(found.vectors.numpy(), found.target.numpy())
    assert counts.confusion.accuracy() == pytest.approx(expected)
    assert memory.vectors.shape[0] == 400


def test_the_loss_of_val_is_of_the_same_views_each_time(
    learner: Configure, stripes: PreparedData
) -> None:
    trainer = assemble(learner(), stripes, seed=0, device="cpu")
    first, second = (evaluate(trainer, stripes, "val") for _ in range(2))
    assert first.loss == second.loss
    assert first.images == 100


def test_files_of_weights(
    run: Run, learner: Configure, tmp_path: Path, stripes: PreparedData
) -> None:
    config = learner()
    list(run(config))
    folder = tmp_path / "trial" / "artifacts"
    weights = safetensors.torch.load_file(folder / "weights.safetensors")
    net = config.model.build(stripes.shape, 6)
    head = config.model.head(net)[0]
    assert set(weights) == {name for name in net.state_dict() if not name.startswith(f"{head}.")}
    modules = safetensors.torch.load_file(folder / "modules.safetensors")
    parts = {name.split(".")[0] for name in modules}
    assert parts == {"online", "predictor", "target"}
    assert all(torch.equal(modules[f"online.encoder.{name}"], weights[name]) for name in weights)
    assert (folder / "architecture.md").exists()


def test_collapse_ends_the_trial_and_is_named(run: Run, learner: Configure) -> None:
    collapsing = learner(task={**BYOL, "predictor": None, "momentum": 0.0}, train={"epochs": 30})
    with pytest.raises(Diverged, match=r"representation collapsed in epoch \d+: projection_std"):
        list(run(collapsing))


def test_one_batch_finds_what_fails(learner: Configure, stripes: PreparedData) -> None:
    total, trained = rehearse(learner(), stripes, seed=0, device="cpu")
    assert trained < total, "the target is not trained"


def test_a_network_that_has_hardly_begun_is_not_taken_for_a_collapsed_one(
    run: Run, learner: Configure
) -> None:
    config = learner(
        data={"name": "digits", "batch_size": 400, "augment": AUGMENT}, train={"epochs": 1}
    )
    events = list(run(config))
    assert metrics(events)[1]["val/projection_std"] > 0.3


def test_representations_are_those_of_the_encoder(
    run: Run, learner: Configure, stripes: PreparedData, tmp_path: Path
) -> None:
    config = learner(representations={"images": 30, "methods": ("pca",)}, train={"epochs": 1})
    list(run(config))
    with np.load(tmp_path / "trial" / "artifacts" / "representations" / "epoch-0001.npz") as kept:
        found, labels = kept["features"], kept["labels"]
    assert found.shape == (30, 16)
    assert set(labels.tolist()) <= set(range(6))
