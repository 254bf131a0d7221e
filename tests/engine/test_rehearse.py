from __future__ import annotations

import pytest
import torch

from ablate.data.prepared import PreparedData
from ablate.engine.assemble import assemble
from ablate.engine.measure import parameters
from ablate.engine.rehearse import rehearse
from ablate.errors import TrialError

from .conftest import Configure


def test_one_batch_is_enough_to_count_the_parameters(
    configure: Configure, stripes: PreparedData
) -> None:
    config = configure()
    trainer = assemble(config, stripes, seed=0, device="cpu")
    assert rehearse(config, stripes, seed=0, device="cpu") == parameters(trainer.model)


def test_what_fails_in_the_first_batch_is_found(
    configure: Configure, stripes: PreparedData, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = configure()
    monkeypatch.setattr(
        torch.nn.BatchNorm2d, "forward", lambda *_: (_ for _ in ()).throw(ValueError("too small"))
    )
    with pytest.raises(ValueError, match="too small"):
        rehearse(config, stripes, seed=0, device="cpu")


def test_what_cannot_be_built_is_found(configure: Configure, stripes: PreparedData) -> None:
    config = configure(model={"name": "basenet", "channels": (4,) * 9, "kernel_size": 3})
    with pytest.raises(TrialError):
        rehearse(config, stripes, seed=0, device="cpu")
