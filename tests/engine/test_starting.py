"""Trials that start from an earlier training: its weights and its normalisation, also when they are gone on with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import safetensors.torch
import torch

from ablate.data.prepared import PreparedData
from ablate.engine.assemble import assemble
from ablate.engine.fit import fit
from ablate.engine.rehearse import rehearse
from ablate.errors import TrialError
from ablate.spec.config import TrialConfig
from ablate.spec.earlier import Start

from .conftest import Configure


def network(weights: object = "random") -> dict[str, object]:
    return {"name": "timm/test_resnet", "weights": weights}


def train(config: TrialConfig, data: PreparedData, folder: Path) -> Path:
    for _ in fit(config, data, seed=0, folder=folder, device="cpu"):
        pass
    return folder / "artifacts"


@pytest.fixture
def earlier(configure: Configure, stripes: PreparedData, tmp_path: Path) -> Start:
    data = {"name": "digits", "batch_size": 50, "normalize": {"mean": (0.4,), "std": (0.6,)}}
    config = configure(model=network(), data=data, train={"epochs": 1})
    return Start(train(config, stripes, tmp_path / "earlier"), "stage a, seed 0")


def test_a_trial_starts_from_the_weights_and_the_normalisation(
    configure: Configure, stripes: PreparedData, earlier: Start, tmp_path: Path
) -> None:
    config = configure(model=network({"stage": "a"}), train={"epochs": 1}).starting_from(earlier)
    trainer = assemble(config, stripes, seed=1, device="cpu")
    assert (trainer.normalization.mean, trainer.normalization.std) == ((0.4,), (0.6,))
    before = safetensors.torch.load_file(earlier.weights)
    assert torch.equal(
        trainer.model.state_dict()["layer1.0.conv1.weight"], before["layer1.0.conv1.weight"]
    )
    assert not torch.equal(trainer.model.state_dict()["fc.weight"], before["fc.weight"])
    artifacts = train(config, stripes, tmp_path / "trial")
    loaded = json.loads((artifacts / "loaded_weights.json").read_text())
    assert loaded["source"] == "stage a, seed 0"
    assert loaded["head"] == ["fc.weight", "fc.bias"]
    noted = json.loads((artifacts / "normalization.json").read_text())
    assert noted == {"mean": [0.4], "std": [0.6]}


def test_the_study_file_may_say_another_normalisation(
    configure: Configure, stripes: PreparedData, earlier: Start
) -> None:
    data = {"name": "digits", "batch_size": 50, "normalize": "train"}
    config = configure(model=network({"stage": "a"}), data=data).starting_from(earlier)
    assert assemble(config, stripes, seed=0, device="cpu").normalization == stripes.normalization


def test_weights_that_are_not_known_are_never_random_ones(
    configure: Configure, stripes: PreparedData
) -> None:
    config = configure(model=network({"stage": "a"}))
    with pytest.raises(TrialError, match="not known"):
        assemble(config, stripes, seed=0, device="cpu")


def test_the_network_is_rehearsed_before_its_weights_exist(
    configure: Configure, stripes: PreparedData
) -> None:
    random = rehearse(configure(model=network()), stripes, seed=0, device="cpu")
    config = configure(model=network({"stage": "a"}))
    assert rehearse(config, stripes, seed=0, device="cpu") == random
