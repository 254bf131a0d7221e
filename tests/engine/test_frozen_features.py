from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from ablate.data.prepared import PreparedData
from ablate.engine import fit as fitting
from ablate.engine.assemble import assemble
from ablate.engine.fit import fit
from ablate.engine.frozen_features import with_frozen_features
from ablate.results import EpochMetrics, Event, Finished
from ablate.spec.config import TrialConfig

from .conftest import Configure

BASENET = {"name": "basenet", "channels": (4, 8), "kernel_size": 3, "hidden": (16,)}
MOBILENET = {"name": "torchvision/mobilenet_v2", "options": {"width_mult": 0.1}}
RESNET = {"name": "timm/resnet10t"}


def frozen(configure: Configure, model: Any = BASENET, **more: Any) -> TrialConfig:
    return configure(**{"model": model, "train": {"epochs": 4, "freeze": "encoder"}, **more})


def trained(config: TrialConfig, data: PreparedData, folder: Path) -> list[Event]:
    return list(fit(config, data, seed=0, folder=folder, device="cpu"))


@pytest.mark.parametrize("model", [{**BASENET, "batch_norm": True}, MOBILENET, RESNET], ids=str)
def test_features_give_the_result_of_the_plain_way(
    configure: Configure,
    stripes: PreparedData,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    model: Any,
) -> None:
    config = frozen(configure, model)
    fast = trained(config, stripes, tmp_path / "fast")
    monkeypatch.setattr(fitting, "with_frozen_features", lambda trainer, data: trainer)
    plain = trained(config, stripes, tmp_path / "plain")
    epochs = [
        [event.metrics for event in events if isinstance(event, EpochMetrics)]
        for events in (fast, plain)
    ]
    for ours, theirs in zip(*epochs, strict=True):
        assert ours == pytest.approx(theirs, rel=1e-4)
    ends = [events[-1] for events in (fast, plain)]
    assert all(isinstance(end, Finished) for end in ends)
    assert ends[0].final["test/accuracy"] == ends[1].final["test/accuracy"]  # type: ignore[union-attr]


def used(config: TrialConfig, data: PreparedData) -> bool:
    return (
        with_frozen_features(assemble(config, data, seed=0, device="cpu"), data).features
        is not None
    )


def test_where_features_are_used(configure: Configure, stripes: PreparedData) -> None:
    assert used(frozen(configure), stripes)
    assert used(frozen(configure, MOBILENET), stripes), "dropout that belongs to the head stays"
    assert not used(frozen(configure, train={"epochs": 4}), stripes)
    assert not used(frozen(configure, train={"freeze": ("conv1.*",)}), stripes)
    assert not used(frozen(configure, BASENET | {"dropout": 0.5}), stripes), (
        "dropout before the cut"
    )
    assert not used(frozen(configure, RESNET | {"dropout": 0.5}), stripes), "in a function"
    augment = {"name": "digits", "batch_size": 50, "augment": ("random_horizontal_flip",)}
    assert not used(frozen(configure, data=augment), stripes)


def test_no_more_features_than_memory(
    configure: Configure, stripes: PreparedData, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ablate.engine.frozen_features._MOST_BYTES", 16 * 4 * 500)
    assert used(frozen(configure), stripes)
    monkeypatch.setattr("ablate.engine.frozen_features._MOST_BYTES", 16 * 4 * 500 - 1)
    assert not used(frozen(configure), stripes)


def test_trying_a_batch_leaves_the_model_as_it_was(
    configure: Configure, stripes: PreparedData
) -> None:
    trainer = assemble(frozen(configure, MOBILENET), stripes, seed=0, device="cpu")
    before = {name: value.clone() for name, value in trainer.model.state_dict().items()}
    with_frozen_features(trainer, stripes)
    after = trainer.model.state_dict()
    assert all(torch.equal(value, after[name]) for name, value in before.items())
