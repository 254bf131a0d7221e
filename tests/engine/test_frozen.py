from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from ablate.data.prepared import PreparedData
from ablate.engine.assemble import assemble
from ablate.engine.fit import fit
from ablate.engine.frozen import freeze, resting
from ablate.engine.measure import parameters
from ablate.engine.watch import Watch
from ablate.errors import TrialError
from ablate.results import Finished

from .conftest import Configure


def changed(configure: Configure, data: PreparedData, **train: Any) -> set[str]:
    """The tensors of the model that one epoch changes."""
    trainer = assemble(configure(train={"epochs": 1, **train}), data, seed=0, device="cpu")
    before = {name: value.clone() for name, value in trainer.model.state_dict().items()}
    trainer.train_epoch(1, Watch(None))
    after = trainer.model.state_dict()
    return {name for name, value in before.items() if not torch.equal(value, after[name])}


def test_a_frozen_encoder_changes_nowhere(configure: Configure, stripes: PreparedData) -> None:
    assert changed(configure, stripes, freeze="encoder") == {"fc2.weight", "fc2.bias"}


def test_patterns_freeze_what_they_fit(configure: Configure, stripes: PreparedData) -> None:
    everything = changed(configure, stripes)
    rest = changed(configure, stripes, freeze=("conv1.*", "bn1.*"))
    gone = everything - rest
    assert gone == {name for name in everything if name.startswith(("conv1.", "bn1."))}
    assert "bn1.running_mean" in gone
    assert "bn2.running_mean" in rest


def test_batch_statistics_stay_where_the_scale_alone_is_frozen(
    configure: Configure, stripes: PreparedData
) -> None:
    rest = changed(configure, stripes, freeze=("bn1.weight",))
    assert "bn1.running_mean" in rest
    assert "bn1.weight" not in rest


def test_a_pattern_that_fits_nothing_is_refused(
    configure: Configure, stripes: PreparedData
) -> None:
    with pytest.raises(TrialError, match=r"'conv9\.\*' fits no parameter .* Did you mean 'conv"):
        changed(configure, stripes, freeze=("conv9.*",))


def test_something_must_be_left_to_train(configure: Configure, stripes: PreparedData) -> None:
    with pytest.raises(TrialError, match="leaves no parameter to train"):
        changed(configure, stripes, freeze=("*",))


def test_what_has_only_frozen_parameters_rests() -> None:
    net = nn.Sequential(nn.Sequential(nn.Linear(2, 2), nn.Dropout()), nn.Dropout(), nn.Linear(2, 2))
    freeze(net, ("2",), "encoder")
    assert list(resting(net)) == [net[0]]
    assert parameters(net) == (12, 6)


def test_the_encoder_has_a_rate_of_its_own(configure: Configure, stripes: PreparedData) -> None:
    config = configure(
        optimizer={"name": "sgd", "lr": 0.1, "encoder_lr": 0.01},
        scheduler={"name": "step", "step_size": 1, "gamma": 0.5},
    )
    trainer = assemble(config, stripes, seed=0, device="cpu")
    head, encoder = trainer.optimizer.param_groups
    sizes = [weight.shape for weight in trainer.model.get_submodule("fc2").parameters()]
    assert [weight.shape for weight in head["params"]] == sizes
    assert (head["lr"], encoder["lr"]) == (0.1, 0.01)
    trainer.train_epoch(1, Watch(None))
    trainer.schedule.after_epoch(0.0)
    assert (head["lr"], encoder["lr"]) == (0.05, 0.005)
    assert trainer.schedule.lr == 0.05


def test_one_rate_for_both_is_what_one_group_does(
    configure: Configure, stripes: PreparedData, tmp_path: Path
) -> None:
    def final(name: str, **more: float) -> Any:
        config = configure(optimizer={"name": "adam", "lr": 0.01, **more})
        *_, end = fit(config, stripes, seed=0, folder=tmp_path / name, device="cpu")
        assert isinstance(end, Finished)
        return end.final

    assert final("groups", encoder_lr=0.01) == final("one")
    assert final("slow", encoder_lr=1e-6) != final("one")
