from __future__ import annotations

import sys
from pathlib import Path

import pytest
import timm
import torch
from pydantic import ValidationError

from ablate.errors import TrialError
from ablate.models import TABLE
from ablate.models.timm_family import FAMILY, TimmOptions
from ablate.registry import UnknownName
from ablate.spec.values import IMAGENET, ImageShape, Normalization

RGB = ImageShape(channels=3, height=32, width=32)
GREY = ImageShape(channels=1, height=28, width=28)


def options(name: str, **fields: object) -> TimmOptions:
    return TimmOptions.model_validate({"name": f"timm/{name}", **fields})


def test_options_become_the_arguments_of_timm() -> None:
    torch.manual_seed(0)
    ours = options("resnet18", dropout=0.3, options={"stem_width": 16, "stem_type": "deep"})
    net = ours.build(GREY, 7)
    torch.manual_seed(0)
    theirs = timm.create_model(
        "resnet18", num_classes=7, in_chans=1, drop_rate=0.3, stem_width=16, stem_type="deep"
    )
    assert str(net) == str(theirs)
    assert all(
        torch.equal(ours, other)
        for ours, other in zip(net.state_dict().values(), theirs.state_dict().values(), strict=True)
    )


def test_a_transformer_is_built_for_the_size_of_the_images() -> None:
    net = options("vit_tiny_patch16_224", options={"patch_size": 8}).build(RGB, 4)
    assert net.pos_embed.shape[1] == 1 + 16


def test_images_too_small_are_a_problem() -> None:
    ((field, message),) = options("vgg11").problems(GREY)
    assert field == "name"
    assert "at least 32 x 32, not 28 x 28" in message
    with pytest.raises(TrialError, match="at least 32 x 32"):
        options("vgg11").build(GREY, 10)


def test_what_a_network_has_not_is_a_problem() -> None:
    fields = [field for field, _ in options("dla34", drop_path=0.1).problems(RGB)]
    assert fields == ["drop_path"]


def test_images_that_fill_no_whole_patch_are_warned_about() -> None:
    ((field, message),) = options("vit_tiny_patch16_224").warnings(GREY)
    assert field == "name"
    assert "multiple of 16" in message
    assert options("vit_tiny_patch16_224", options={"patch_size": 7}).warnings(GREY) == []
    assert options("resnet18").warnings(GREY) == []


def test_a_wrong_option_is_a_trial_error_that_names_it() -> None:
    with pytest.raises(TrialError, match=r"timm/resnet18.*colour"):
        options("resnet18", options={"colour": 1}).build(RGB, 2)


@pytest.mark.parametrize("key", ["num_classes", "pretrained", "checkpoint_path"])
def test_what_other_fields_decide_is_no_option(key: str) -> None:
    with pytest.raises(ValidationError, match=key):
        options("resnet18", options={key: 1})


def test_normalisation_is_that_of_the_weights() -> None:
    assert options("resnet18").normalization() is None
    assert options("resnet18", weights="imagenet").normalization() == IMAGENET
    half = Normalization(mean=(0.5,) * 3, std=(0.5,) * 3)
    assert options("tf_efficientnet_lite0", weights="a.pt").normalization() == half


def test_a_tag_names_the_weights() -> None:
    plain = options("vit_base_patch16_224", weights="imagenet").normalization()
    tagged = options("vit_base_patch16_224.dino", weights="imagenet").normalization()
    assert (plain, tagged) == (Normalization(mean=(0.5,) * 3, std=(0.5,) * 3), IMAGENET)


def test_missing_pretrained_weights_are_a_problem() -> None:
    without = next(name for name in FAMILY.names() if not options(name).entry.weights)
    assert ("weights", f"timm has no pre-trained weights of {without}") in options(
        without, weights="imagenet"
    ).problems(ImageShape(channels=3, height=224, width=224))


def test_a_download_that_fails_names_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise FileNotFoundError("no network")

    monkeypatch.setattr(timm, "create_model", refuse)
    with pytest.raises(TrialError, match=r"cannot download.*no network.*model\.weights"):
        options("resnet18", weights="imagenet").build(RGB, 2)


def test_a_file_is_loaded_and_its_head_left(tmp_path: Path) -> None:
    source = timm.create_model("vit_tiny_patch16_224", num_classes=9, img_size=64)
    torch.save(source.state_dict(), tmp_path / "a.pt")
    ours = options("vit_tiny_patch16_224", weights=str(tmp_path / "a.pt"))
    assert ours.files() == (tmp_path / "a.pt",)
    net = ours.build(RGB, 4)
    assert torch.equal(net.blocks[0].attn.qkv.weight, source.blocks[0].attn.qkv.weight)
    assert net.pos_embed.shape == (1, 1 + 4, 192), "resized from 64 x 64 to 32 x 32"


@pytest.mark.parametrize("name", ["convnext_atto", "vit_tiny_patch16_224", "dla34"])
def test_a_file_of_another_architecture_is_refused(tmp_path: Path, name: str) -> None:
    torch.save(timm.create_model("resnet18").state_dict(), tmp_path / "a.pt")
    with pytest.raises(TrialError, match="weights of another architecture"):
        options(name, weights=str(tmp_path / "a.pt")).build(RGB, 4)


def test_real_weights_are_loaded_with_their_rgb_kernels_summed_for_grey_images(
    data_root: Path,
) -> None:
    path = data_root / "weights" / "tf_efficientnet_lite0-imagenet.pth"
    if not path.exists():
        pytest.skip(f"needs {path}")
    net = options("tf_efficientnet_lite0", weights=str(path)).build(GREY, 10)
    state = torch.load(path, weights_only=True)
    assert torch.equal(net.conv_stem.weight, state["conv_stem.weight"].sum(1, keepdim=True))
    assert torch.equal(net.bn2.running_var, state["bn2.running_var"])


def test_an_unknown_name_asks_timm_and_suggests() -> None:
    with pytest.raises(UnknownName, match="Did you mean 'timm/resnet50'"):
        TABLE.get("timm/resnet5O")


def test_a_network_registered_later_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    from timm.models import ResNet, generate_default_cfgs, register_model
    from timm.models.resnet import BasicBlock

    module = sys.modules[__name__]
    monkeypatch.setattr(module, "default_cfgs", generate_default_cfgs({"own_net": {}}), False)

    def own_net(pretrained: bool = False, **kwargs: object) -> ResNet:
        kwargs = {key: kwargs[key] for key in ("num_classes", "in_chans") if key in kwargs}
        net = ResNet(BasicBlock, (1, 1, 1, 1), **kwargs)
        net.pretrained_cfg = {"input_size": (3, 64, 64), "classifier": "fc"}
        return net

    register_model(own_net)
    assert TABLE.get("timm/own_net") is TimmOptions
    assert options("own_net").entry.size == (64, 64)
