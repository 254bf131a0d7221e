from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import safetensors.torch
import torch
from torch import nn

from ablate.engine.export.network import trained_network
from ablate.errors import TrialError
from ablate.models.basenet import BaseNetOptions
from ablate.models.library import LibraryModelOptions
from ablate.spec.sections import ModelOptions
from ablate.spec.values import ImageShape
from ablate.tasks.classification import Classification

SHAPE = ImageShape(channels=1, height=8, width=8)
BASENET = BaseNetOptions(name="basenet", kernel_size=3, padding="same", channels=(2,), hidden=())


class Inception(LibraryModelOptions):
    """A network that treats its images otherwise where it started from trained weights."""

    def build(self, shape: ImageShape, num_classes: int) -> nn.Module:
        net = nn.Linear(2, num_classes)
        net.transform_input = self.weights != "random"  # type: ignore[assignment]
        assert self.weights == "random", "what training started from is not needed any more"
        return net


def trained(options: ModelOptions, weights: Path) -> nn.Module:
    config: Any = SimpleNamespace(
        model=options, task=Classification(), from_random=SimpleNamespace(model=options)
    )
    data: Any = SimpleNamespace(shape=SHAPE, num_classes=3)
    return trained_network(config, data, weights)


def test_the_network_has_the_trained_weights_and_rests(tmp_path: Path) -> None:
    net = BASENET.build(SHAPE, 3)
    path = tmp_path / "weights.safetensors"
    safetensors.torch.save_file(net.state_dict(), path)
    found = trained(BASENET, path)
    assert not found.training
    assert all(torch.equal(v, found.state_dict()[name]) for name, v in net.state_dict().items())


def test_weights_of_another_network_are_an_error(tmp_path: Path) -> None:
    path = tmp_path / "weights.safetensors"
    safetensors.torch.save_file({"other": torch.ones(1)}, path)
    with pytest.raises(TrialError, match="does not fit model basenet"):
        trained(BASENET, path)


@pytest.mark.parametrize("weights", ["imagenet", "random"])
def test_what_weights_changed_beside_the_state_stays_so(tmp_path: Path, weights: str) -> None:
    path = tmp_path / "weights.safetensors"
    safetensors.torch.save_file(nn.Linear(2, 3).state_dict(), path)
    found = trained(Inception(name="inception", weights=weights), path)
    assert found.transform_input == (weights == "imagenet")
