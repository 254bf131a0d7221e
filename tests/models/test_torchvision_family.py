from __future__ import annotations

from pathlib import Path
from urllib.error import URLError

import pytest
import torch
from pydantic import ValidationError
from torchvision import models

from ablate.errors import TrialError
from ablate.models import TABLE
from ablate.models.torchvision_family import TorchvisionOptions
from ablate.registry import UnknownName
from ablate.spec.values import IMAGENET, ImageShape

RGB = ImageShape(channels=3, height=32, width=32)
GREY = ImageShape(channels=1, height=32, width=32)


def options(name: str, **fields: object) -> TorchvisionOptions:
    return TorchvisionOptions.model_validate({"name": f"torchvision/{name}", **fields})


def test_the_network_is_torchvisions_own() -> None:
    torch.manual_seed(0)
    ours = options("mobilenet_v2", options={"width_mult": 0.5, "dropout": 0.0}).build(RGB, 4)
    torch.manual_seed(0)
    theirs = models.mobilenet_v2(num_classes=4, width_mult=0.5, dropout=0.0)
    assert all(
        torch.equal(one, other)
        for one, other in zip(ours.state_dict().values(), theirs.state_dict().values(), strict=True)
    )


@pytest.mark.parametrize("name", ["squeezenet1_1", "shufflenet_v2_x0_5", "densenet121"])
def test_other_channels_replace_the_first_convolution(name: str) -> None:
    grey = options(name).build(GREY, 4)
    rgb = options(name).build(RGB, 4)
    counts = [sum(weight.numel() for weight in net.parameters()) for net in (grey, rgb)]
    first = next(module for module in rgb.modules() if isinstance(module, torch.nn.Conv2d))
    assert counts[1] - counts[0] == 2 * first.weight[:, 0].numel()


@pytest.mark.parametrize(
    ("name", "side", "text"),
    [
        ("alexnet", 32, "at least 63 x 63"),
        ("vit_b_32", 48, "multiple of 32"),
        ("maxvit_t", 32, "multiple of 224"),
    ],
)
def test_images_it_cannot_take_are_a_problem(name: str, side: int, text: str) -> None:
    ((field, message),) = options(name).problems(ImageShape(channels=3, height=side, width=side))
    assert field == "name"
    assert text in message


def test_a_transformer_is_built_for_the_size_of_the_images() -> None:
    net = options("vit_b_32").build(ImageShape(channels=3, height=64, width=64), 4)
    assert net.encoder.pos_embedding.shape[1] == 1 + 4


def test_a_wrong_option_is_a_trial_error_that_names_it() -> None:
    with pytest.raises(TrialError, match=r"torchvision/resnet18.*colour"):
        options("resnet18", options={"colour": 1}).build(RGB, 2)


def test_what_other_fields_decide_is_no_option() -> None:
    with pytest.raises(ValidationError, match="aux_logits"):
        options("googlenet", options={"aux_logits": True})


def test_normalisation_is_that_of_the_weights() -> None:
    assert options("resnet18").normalization() is None
    assert options("resnet18", weights="imagenet").normalization() == IMAGENET


def test_rgb_weights_for_grey_images_are_a_problem() -> None:
    shape = ImageShape(channels=1, height=224, width=224)
    assert [field for field, _ in options("googlenet", weights="imagenet").problems(shape)] == [
        "weights"
    ]
    assert options("googlenet").problems(shape) == []


def test_inception_rescales_its_input_only_with_weights(tmp_path: Path) -> None:
    shape = ImageShape(channels=3, height=32, width=32)
    plain = options("googlenet").build(shape, 3)
    assert plain.transform_input is False
    torch.save(plain.state_dict(), tmp_path / "a.pt")
    loaded = options("googlenet", weights=str(tmp_path / "a.pt")).build(shape, 3)
    assert loaded.transform_input is True


def test_a_download_that_fails_names_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise URLError("no network")

    monkeypatch.setattr(torch.hub, "load_state_dict_from_url", refuse)
    monkeypatch.setattr(models._api, "load_state_dict_from_url", refuse)
    with pytest.raises(TrialError, match=r"cannot download.*no network.*model\.weights"):
        options("resnet18", weights="imagenet").build(RGB, 2)


def test_downloaded_weights_are_those_of_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(0)
    published = models.resnet18().state_dict()
    monkeypatch.setattr(models._api, "load_state_dict_from_url", lambda *_, **__: published)
    net = options("resnet18", weights="imagenet").build(RGB, 2)
    assert torch.equal(net.layer4[1].conv2.weight, published["layer4.1.conv2.weight"])
    assert net.fc.out_features == 2


def test_densenets_published_names_are_understood(tmp_path: Path) -> None:
    state = options("densenet121").build(RGB, 4).state_dict()
    old = {
        name.replace("norm1.", "norm.1.").replace("conv2.", "conv.2.")
        if "denselayer" in name
        else name: value
        for name, value in state.items()
    }
    assert old.keys() != state.keys()
    torch.save(old, tmp_path / "a.pth")
    net = options("densenet121", weights=str(tmp_path / "a.pth")).build(RGB, 4)
    assert all(torch.equal(value, state[name]) for name, value in net.state_dict().items())


def test_position_embeddings_are_resized(tmp_path: Path) -> None:
    source = options("vit_b_32").build(ImageShape(channels=3, height=96, width=96), 4)
    torch.save(source.state_dict(), tmp_path / "a.pth")
    shape = ImageShape(channels=3, height=64, width=64)
    net = options("vit_b_32", weights=str(tmp_path / "a.pth")).build(shape, 6)
    assert torch.equal(net.conv_proj.weight, source.conv_proj.weight)
    assert net.heads.head.out_features == 6


def test_real_weights_without_a_head_are_loaded(data_root: Path) -> None:
    path = data_root / "weights" / "mobilenet_v2-imagenet-features.pth"
    if not path.exists():
        pytest.skip(f"needs {path}")
    net = options("mobilenet_v2", weights=str(path)).build(GREY, 10)
    state = torch.load(path, weights_only=True)
    assert torch.equal(net.features[18][0].weight, state["features.18.0.weight"])


def test_an_unknown_name_asks_torchvision_and_suggests() -> None:
    with pytest.raises(UnknownName, match="Did you mean 'torchvision/resnet50'"):
        TABLE.get("torchvision/resnet5O")


def test_networks_that_change_their_input_start_from_no_other_training() -> None:
    shape = ImageShape(channels=3, height=96, width=96)
    found = options("googlenet", weights={"stage": "a"}).problems(shape)
    assert [field for field, _ in found] == ["weights"]
    assert "cannot start from another training" in found[0][1]
