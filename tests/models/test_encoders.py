from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import timm
import torch
from pydantic import ValidationError
from torchvision import models

from ablate.catalogue.meta import on_meta
from ablate.errors import TrialError
from ablate.models.encoders import EncoderModelOptions, check_encoder, encoder_normalization
from ablate.models.encoders_network import Encoder, check_maps, encoder_network
from ablate.models.weights import WeightFile
from ablate.spec.values import IMAGENET, ImageShape, Normalization

RGB = ImageShape(channels=3, height=64, width=64)


def options(**fields: object) -> EncoderModelOptions:
    return EncoderModelOptions.model_validate({"name": "any", **fields})


def written(state: dict[str, torch.Tensor], folder: Path) -> WeightFile:
    torch.save(state, folder / "a.pth")
    return WeightFile(path=str(folder / "a.pth"))


@pytest.mark.parametrize(
    "name",
    [
        "mobilenet_v2",
        "vgg16",
        "vgg16_bn",
        "timm/convnext_atto",
        "timm/densenet121",
        "timm/mambaout_femto",
        "timm/resnet18",
        "timm/tf_efficientnet_lite0",
        "timm/vgg16",
    ],
)
def test_maps_are_those_that_are_told(name: str) -> None:
    net = on_meta(encoder_network, name, "random", 3)
    assert isinstance(net, Encoder)
    assert net.strides[-3:] == (8, 16, 32)
    maps = net(torch.empty(2, 3, 70, 41, device="meta"))
    assert [tuple(item.shape) for item in maps] == [
        (2, channels, 96 // stride, 64 // stride)
        for channels, stride in zip(net.channels, net.strides, strict=True)
    ]


@pytest.mark.parametrize("name", ["mobilenet_v2", "vgg16", "timm/resnet18"])
def test_other_channels_are_taken(name: str) -> None:
    net = on_meta(encoder_network, name, "random", 5)
    assert net(torch.empty(1, 5, 32, 32, device="meta"))[-1].shape[2:] == (1, 1)


def test_the_maps_of_vgg16_are_those_after_its_poolings() -> None:
    net = encoder_network("vgg16", "random", 3).eval()
    image = torch.randn(1, 3, 32, 32)
    maps = net(image)
    hidden = image
    for index, layer in enumerate(net.body.features):
        hidden = layer(hidden)
        if index in (4, 9, 16, 23, 30):
            assert torch.equal(maps.pop(0), hidden)
    assert maps == []


def test_images_are_padded_below_and_on_the_right() -> None:
    net = encoder_network("timm/resnet18", "random", 3).eval()
    image = torch.randn(1, 3, 40, 33)
    padded = torch.zeros(1, 3, 64, 64)
    padded[..., :40, :33] = image
    assert all(torch.equal(one, other) for one, other in zip(net(image), net(padded), strict=True))


def test_maps_of_timm_with_channels_last_are_turned() -> None:
    net = encoder_network("timm/mambaout_femto", "random", 3).eval()
    image = torch.randn(1, 3, 32, 32)
    theirs = net.body(image)
    assert torch.equal(net(image)[0], theirs[0].permute(0, 3, 1, 2))


@pytest.mark.parametrize(
    ("name", "layer", "theirs"),
    [
        ("convnext_atto", "stages_1.blocks.0.conv_dw.weight", "stages.1.blocks.0.conv_dw.weight"),
        ("densenet121", "features_conv0.weight", "features.conv0.weight"),
        ("resnet18", "layer4.1.conv2.weight", "layer4.1.conv2.weight"),
        ("tf_efficientnet_lite0", "blocks.6.0.conv_dw.weight", "blocks.6.0.conv_dw.weight"),
    ],
)
def test_a_classifier_of_timm_is_loaded_whole(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str, layer: str, theirs: str
) -> None:
    source = timm.create_model(name, num_classes=9).state_dict()
    with caplog.at_level("INFO", logger="ablate"):
        net = encoder_network(f"timm/{name}", written(source, tmp_path), 3)
    assert torch.equal(net.body.state_dict()[layer], source[theirs])
    (record,) = caplog.records
    total = len(net.body.state_dict())
    assert record.levelname == "INFO", "nothing of the encoder is missing"
    assert f"{total} of {total} tensors loaded; only in the file: " in record.getMessage()


def test_names_that_timm_has_given_up_are_understood(tmp_path: Path) -> None:
    source = timm.create_model("convnext_atto", num_classes=9).state_dict()
    published = {_as_published(name): value for name, value in source.items()}
    assert "stages.1.0.dwconv.weight" in published
    net = encoder_network("timm/convnext_atto", written(published, tmp_path), 3)
    loaded = net.body.state_dict()["stages_1.blocks.0.conv_dw.weight"]
    assert torch.equal(loaded, source["stages.1.blocks.0.conv_dw.weight"])


def _as_published(name: str) -> str:
    """The name of a tensor in the files of ConvNeXt's authors."""
    name = name.replace("head.fc.", "head.").replace("head.norm.", "norm.")
    name = name.replace("stem.", "downsample_layers.0.").replace(".blocks.", ".")
    name = re.sub(r"stages\.(\d)\.downsample", r"downsample_layers.\1", name)
    return name.replace("conv_dw", "dwconv").replace("mlp.fc", "pwconv")


@pytest.mark.parametrize("prefix", ["", "encoder.body."])
def test_an_encoders_own_weights_are_loaded(tmp_path: Path, prefix: str) -> None:
    own = encoder_network("timm/convnext_atto", "random", 3).body.state_dict()
    source = {prefix + name: value for name, value in own.items()}
    net = encoder_network("timm/convnext_atto", written(source, tmp_path), 3)
    assert all(torch.equal(value, own[name]) for name, value in net.body.state_dict().items())


def test_a_classifier_of_torchvision_is_loaded_whole(tmp_path: Path) -> None:
    source = models.mobilenet_v2().state_dict()
    net = encoder_network("mobilenet_v2", written(source, tmp_path), 1)
    assert torch.equal(net.body.features[18][0].weight, source["features.18.0.weight"])
    summed = source["features.0.0.weight"].sum(1, keepdim=True)
    torch.testing.assert_close(net.body.features[0][0].weight, summed)


@pytest.mark.parametrize("name", ["mobilenet_v2", "timm/resnet18", "timm/convnext_atto"])
def test_weights_of_another_network_are_refused(tmp_path: Path, name: str) -> None:
    weights = written(models.squeezenet1_1().state_dict(), tmp_path)
    with pytest.raises(TrialError, match="weights of another"):
        encoder_network(name, weights, 3)


@pytest.mark.parametrize("name", ["mobilenet_v2", "timm/resnet18", "vgg16_bn"])
def test_a_download_that_fails_names_the_remedy(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise FileNotFoundError("no network")

    monkeypatch.setattr(timm, "create_model", refuse)
    monkeypatch.setattr(models._api, "load_state_dict_from_url", refuse)
    with pytest.raises(TrialError, match=rf"cannot download.*{name}.*no network.*model\.weights"):
        encoder_network(name, "imagenet", 3)


def test_downloaded_weights_are_those_of_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    published = models.vgg.make_layers(models.vgg.cfgs["D"]).state_dict(prefix="features.")
    monkeypatch.setattr(models._api, "load_state_dict_from_url", lambda *_, **__: published)
    net = encoder_network("vgg16", "imagenet", 3)
    assert torch.equal(net.body.features[28].weight, published["features.28.weight"])


@pytest.mark.parametrize(
    ("encoder", "file"),
    [
        ("timm/tf_efficientnet_lite0", "tf_efficientnet_lite0-imagenet.pth"),
        ("mobilenet_v2", "mobilenet_v2-imagenet-features.pth"),
    ],
)
def test_real_weights_are_loaded(
    data_root: Path, caplog: pytest.LogCaptureFixture, encoder: str, file: str
) -> None:
    path = data_root / "weights" / file
    if not path.exists():
        pytest.skip(f"needs {path}")
    with caplog.at_level("INFO", logger="ablate"):
        net = encoder_network(encoder, WeightFile(path=str(path)), 3)
    total = len(net.body.state_dict())
    assert f"{total} of {total} tensors loaded" in caplog.text


def test_a_network_that_cannot_take_the_image_is_refused() -> None:
    net = on_meta(encoder_network, "timm/eca_halonext26ts", "random", 3)
    with pytest.raises(TrialError, match="timm/eca_halonext26ts cannot be an encoder"):
        check_maps(net, "timm/eca_halonext26ts", (32,))


@pytest.mark.parametrize("name", ["vgg16", "timm/resnet18"])
def test_checking_maps_leaves_the_encoder_as_it_was(name: str) -> None:
    net = encoder_network(name, "random", 1)
    before = {key: value.clone() for key, value in net.state_dict().items()}
    check_maps(net, name, (8, 32))
    assert net.training
    assert all(torch.equal(value, before[key]) for key, value in net.state_dict().items())
    with pytest.raises(TrialError, match=f"{name} cannot be the encoder.*strides 64"):
        check_maps(net, name, (64,))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("vgg61", "unknown encoder 'vgg61'. Did you mean 'vgg16'?"),
        ("timm/resnet81", "Did you mean 'timm/resnet18'"),
        ("torchvision/mobilenet_v2", "Did you mean 'mobilenet_v2'"),
        ("resnet18", "Did you mean 'timm/resnet18'"),
        ("zzzzzzzz", "mobilenet_v2, vgg16, vgg16_bn or timm/NAME"),
        ("timm/swin_tiny_patch4_window7_224", "one image size"),
    ],
)
def test_a_wrong_name_is_a_problem_that_names_the_nearest(name: str, text: str) -> None:
    assert text in str(check_encoder(name))
    with pytest.raises(ValidationError) as caught:
        options(encoder=name)
    (error,) = caught.value.errors()
    assert error["loc"] == ("encoder",)
    assert text.rpartition(". ")[2] in f"{error['msg']}. {error['ctx']['remedy']}"


def test_normalisation_is_that_of_the_weights() -> None:
    half = Normalization(mean=(0.5,) * 3, std=(0.5,) * 3)
    assert encoder_normalization("vgg16") == encoder_normalization("timm/resnet18") == IMAGENET
    assert encoder_normalization("timm/tf_efficientnet_lite0") == half
    assert options(encoder="vgg16").normalization() is None
    assert options(encoder="timm/tf_efficientnet_lite0", weights="a.pt").normalization() == half


def test_files_are_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert options(weights="a.pt").files() == (tmp_path / "a.pt",)
    assert options(weights="imagenet").files() == ()


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"weights": "missing.pt"}, "no file 'missing.pt'"),
        ({"encoder": "timm/resnet10t.c3_in1k", "weights": "imagenet"}, None),
        ({"encoder": "timm/dla60_res2next", "weights": "imagenet"}, None),
        ({"encoder": "timm/cs3darknet_s", "weights": "imagenet"}, "no pre-trained weights"),
    ],
)
def test_weights_that_are_not_there_are_a_problem(fields: dict[str, Any], text: str | None) -> None:
    problems = options(**fields).problems(RGB)
    if text is None:
        assert problems == []
        return
    ((field, message),) = problems
    assert field == "weights"
    assert text in message
