from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch

from ablate.errors import TrialError
from ablate.registry import table
from ablate.spec.sections import ModelOptions
from ablate.spec.values import ImageShape
from ablate.tasks.ssl.build import build
from ablate.tasks.ssl.modules import SelfSupervised
from ablate.tasks.ssl.modules_file import encoder_weights, load_modules, module_weights
from ablate.tasks.ssl.options import Ssl

SHAPE = ImageShape(channels=3, height=32, width=32)
MODELS = {
    "timm/resnet18": 512,
    "timm/mobilenetv2_050": 1280,
    "torchvision/squeezenet1_1": 512,
    "torchvision/mobilenet_v2": 1280,
}


def model(name: str = "timm/mobilenetv2_050", **keys: Any) -> ModelOptions:
    options: ModelOptions = table("model").get(name).model_validate({"name": name, **keys})
    return options


def built(options: ModelOptions, **keys: Any) -> SelfSupervised:
    torch.manual_seed(0)
    return build(Ssl(**{"projector": (8, 4), "predictor": 8, **keys}), options, SHAPE, 5, 10)


def saved(modules: SelfSupervised, folder: Path) -> Path:
    path = folder / "modules.safetensors"
    safetensors.torch.save_file(module_weights(modules.state_dict()), path)
    return path


@pytest.mark.parametrize("name", MODELS)
def test_the_encoder_is_the_network_without_its_head(name: str) -> None:
    options = model(name)
    modules = built(options)
    net = options.build(SHAPE, 5)
    head = tuple(f"{part}." for part in options.head(net))
    kept = encoder_weights(modules.state_dict())
    assert list(kept) == [key for key in net.state_dict() if not key.startswith(head)]
    assert modules.online.projector.get_submodule("0").in_features == MODELS[name]


def test_simclr_has_neither_target_nor_predictor() -> None:
    assert [name for name, _ in built(model(), method="simclr").named_children()] == ["online"]


def test_without_a_predictor() -> None:
    assert built(model(), predictor=None).predictor is None


def test_all_modules_start_from_a_file_and_the_momentum_schedule_anew(tmp_path: Path) -> None:
    earlier = built(model())
    with torch.no_grad():
        for item in earlier.parameters():
            item.add_(1.0)
    earlier.after_step()
    path = saved(earlier, tmp_path)
    later = built(model(weights=str(path)))
    state = later.state_dict()
    assert all(
        torch.equal(value, state[name])
        for name, value in module_weights(earlier.state_dict()).items()
    )
    assert int(state["_extra_state"]) == 0


def test_other_modules_are_refused(tmp_path: Path) -> None:
    path = saved(built(model()), tmp_path)
    with pytest.raises(TrialError, match=r"7 tensors differ.*weights\.safetensors"):
        load_modules(built(model(), projector=(8, 6)), path, "stage a")
    with pytest.raises(TrialError, match="Give task and model the same options"):
        built(model(weights=str(path)), method="simclr")


def test_weights_of_the_encoder_alone(tmp_path: Path) -> None:
    earlier = built(model())
    with torch.no_grad():
        for item in earlier.parameters():
            item.add_(1.0)
    path = tmp_path / "weights.safetensors"
    safetensors.torch.save_file(encoder_weights(earlier.state_dict()), path)
    later = built(model(weights=str(path))).state_dict()
    assert torch.equal(
        later["online.encoder.conv_stem.weight"],
        earlier.state_dict()["online.encoder.conv_stem.weight"],
    )
    assert torch.equal(
        later["online.encoder.conv_stem.weight"], later["target.encoder.conv_stem.weight"]
    )
    assert not torch.equal(later["predictor.0.weight"], earlier.state_dict()["predictor.0.weight"])
