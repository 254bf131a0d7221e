from __future__ import annotations

import socket
from pathlib import Path

import pytest
import safetensors.torch
import segmentation_models_pytorch as smp
import timm
import torch
from pydantic import ValidationError
from torchvision import models

from ablate.errors import TrialError
from ablate.models.smp_family import FAMILY, SmpOptions
from ablate.spec.options import to_tree
from ablate.spec.values import IMAGENET, ImageShape, Normalization

HALF = Normalization(mean=(0.5,) * 3, std=(0.5,) * 3)


def rgb(height: int, width: int | None = None) -> ImageShape:
    return ImageShape(channels=3, height=height, width=width or height)


def options(name: str, encoder: str = "resnet18", **fields: object) -> SmpOptions:
    return SmpOptions.model_validate({"name": f"smp/{name}", "encoder": encoder, **fields})


def save(state: dict[str, torch.Tensor], folder: Path) -> str:
    torch.save(state, folder / "a.pth")
    return str(folder / "a.pth")


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("nothing may be fetched")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)


def check_training(ours: SmpOptions, side: int, channels: int = 3) -> None:
    """One step of training, then logits of images and of crops in evaluation mode."""
    shape = ImageShape(channels=channels, height=side, width=side)
    assert ours.problems(shape) == []
    net = ours.build(shape, 4)
    assert net.training
    logits = net(torch.randn(2, channels, side, side))
    assert logits.shape == (2, 4, side, side)
    torch.autograd.backward(logits.square().mean())
    assert any(weight.grad is not None for weight in net.encoder.parameters())
    assert all(weight.grad is not None for weight in net.segmentation_head.parameters())
    with torch.no_grad():
        masks = net.eval()(torch.randn(1, channels, side, side + 32))
    assert masks.shape == (1, 4, side, side + 32)
    assert masks.isfinite().all()


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("name", [name for name in FAMILY.names() if name not in ("dpt", "pan")])
def test_every_architecture_learns(name: str) -> None:
    check_training(options(name), 64)


@pytest.mark.usefixtures("no_network")
def test_pan_and_dpt_learn() -> None:
    check_training(options("pan"), 128)
    narrow = {"decoder_intermediate_channels": (16, 16, 16, 16), "decoder_fusion_channels": 16}
    check_training(options("dpt", "timm/vit_tiny_patch16_224", options=narrow), 64)


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize(
    "encoder",
    [
        "mobilenet_v2",
        "mit_b0",
        "timm-efficientnet-b0",
        "timm/convnext_atto",
        "timm/mobilenetv3_small_050",
        "timm/swin_tiny_patch4_window7_224",
        "timm/tf_efficientnet_lite0",
        "tu-resnet10t",
    ],
)
def test_a_sample_of_encoders_learns_in_grey(encoder: str) -> None:
    narrow = {"decoder_channels": (32, 16, 16, 8, 8)}
    check_training(options("unet", encoder, options=narrow), 64, channels=1)


def test_an_encoder_that_is_built_for_one_size_gets_that_of_the_images() -> None:
    net = options("fpn", "timm/hiera_tiny_224").build(rgb(64, 96), 3)
    with torch.no_grad():
        assert net(torch.randn(2, 3, 64, 96)).shape == (2, 3, 64, 96)


def test_the_network_is_the_librarys_own() -> None:
    torch.manual_seed(0)
    channels = (64, 32, 16, 8, 4)
    ours = options("unet", options={"decoder_channels": channels}).build(rgb(64), 5)
    torch.manual_seed(0)
    theirs = smp.Unet("resnet18", encoder_weights=None, classes=5, decoder_channels=channels)
    assert ours.state_dict().keys() == theirs.state_dict().keys()
    assert all(
        torch.equal(one, other)
        for one, other in zip(ours.state_dict().values(), theirs.state_dict().values(), strict=True)
    )


def test_the_two_ways_to_write_an_encoder_of_timm_are_one_configuration() -> None:
    marked = options("unet", "tu-resnet18.a1_in1k")
    assert marked == options("unet", "timm/resnet18.a1_in1k")
    assert SmpOptions.model_validate(to_tree(marked)) == marked


@pytest.mark.parametrize(
    ("encoder", "text"),
    [
        ("resnte34", "Did you mean 'resnet34'"),
        ("timm/convnext_ato", "Did you mean 'timm/convnext_atto'"),
        ("convnext_atto", "Did you mean 'timm/convnext_atto'"),
        ("timm/resnet18.no_such_tag", "unknown encoder"),
        ("timm/levit_128s", "without feature maps"),
    ],
)
def test_an_unknown_encoder_is_refused(encoder: str, text: str) -> None:
    with pytest.raises(ValidationError, match=r"unknown encoder") as caught:
        options("unet", encoder)
    (error,) = caught.value.errors()
    assert text in error["msg"] + error["ctx"]["remedy"]


@pytest.mark.parametrize(
    ("name", "encoder", "text"),
    [
        ("linknet", "mit_b0", "does not take mit_b0"),
        ("deeplabv3", "vgg11", "output stride of 8"),
        ("deeplabv3plus", "timm/swin_tiny_patch4_window7_224", "output stride of 16"),
        ("unet", "timm/vit_tiny_patch16_224", "feature maps of several sizes"),
        ("fpn", "timm/inception_v3", "no exact halves"),
        ("dpt", "resnet34", "vision transformers of timm"),
    ],
)
def test_an_encoder_that_does_not_fit_is_a_problem(name: str, encoder: str, text: str) -> None:
    ((field, message),) = options(name, encoder).problems(rgb(128))
    assert field == "encoder"
    assert text in message
    with pytest.raises(TrialError, match=r"model\.encoder"):
        options(name, encoder).build(rgb(128), 2)


def test_a_stride_that_options_set_is_the_one_that_counts() -> None:
    assert options("pan", "vgg11", options={"encoder_output_stride": 32}).problems(rgb(128)) == []
    assert options("fpn", options={"encoder_depth": 3}).multiple == 8


@pytest.mark.parametrize(
    ("ours", "shape", "size"),
    [
        (options("linknet"), rgb(360, 480), "[352, 480]"),
        (options("linknet"), rgb(10), "[32, 32]"),
        (options("pspnet"), rgb(100), "[104, 104]"),
        (options("pan"), rgb(64, 136), "[128, 144]"),
        (options("dpt", "timm/vit_tiny_patch16_224"), rgb(90), "[96, 96]"),
        (options("fpn", "timm/efficientformer_l1"), rgb(64), "[224, 224]"),
    ],
)
def test_images_it_cannot_take_are_a_problem(
    ours: SmpOptions, shape: ImageShape, size: str
) -> None:
    ((_, message),) = ours.problems(shape)
    assert message.endswith(f"set data.size: {size}")


def test_unet_takes_images_of_any_size() -> None:
    net = options("unet").build(rgb(45, 61), 2)
    assert net.eval()(torch.zeros(1, 3, 33, 70)).shape == (1, 2, 33, 70)


def test_unet_joins_maps_that_are_no_exact_halves() -> None:
    net = options("unet", "timm/legacy_xception").build(rgb(80), 2)
    assert net.eval()(torch.zeros(1, 3, 96, 96)).shape == (1, 2, 96, 96)


def test_an_option_that_an_encoder_would_swallow_is_a_problem() -> None:
    ours = options("unet", options={"decoder_chanels": 3})
    ((field, message),) = ours.problems(rgb(64))
    assert field == "options"
    assert "Did you mean 'decoder_channels'" in message


def test_a_wrong_option_of_an_encoder_of_timm_is_a_trial_error_that_names_it() -> None:
    with pytest.raises(TrialError, match=r"smp/unet with timm/resnet18.*colour"):
        options("unet", "timm/resnet18", options={"colour": 1}).build(rgb(64), 2)


def test_output_of_another_size_is_a_trial_error() -> None:
    with pytest.raises(TrialError, match="full resolution"):
        options("fpn", options={"upsampling": 2}).build(rgb(64), 2)


@pytest.mark.parametrize("key", ["classes", "encoder_weights", "aux_params"])
def test_what_other_fields_decide_is_no_option(key: str) -> None:
    with pytest.raises(ValidationError, match=key):
        options("unet", options={key: 1})


@pytest.mark.parametrize(
    ("encoder", "expected"),
    [
        ("resnet18", IMAGENET),
        ("xception", HALF),
        ("timm/tf_efficientnet_lite0", HALF),
        ("timm/mobilenetv5_300m_enc", Normalization(mean=(0.0,) * 3, std=(1.0,) * 3)),
    ],
)
def test_normalisation_is_that_of_the_encoders_weights(
    encoder: str, expected: Normalization
) -> None:
    assert options("unet", encoder).normalization() is None
    assert options("unet", encoder, weights="a.pth").normalization() == expected


def test_missing_pretrained_weights_are_a_problem() -> None:
    ((field, message),) = options("unet", "dpn92", weights="imagenet").problems(rgb(64))
    assert field == "weights"
    assert "no ImageNet weights of dpn92" in message


def test_a_missing_file_is_a_problem() -> None:
    ((field, message),) = options("unet", weights="imagnet").problems(rgb(64))
    assert field == "weights"
    assert "Did you mean 'imagenet'" in message


@pytest.mark.parametrize("encoder", ["resnet18", "timm/resnet18"])
def test_a_download_that_fails_names_the_remedy(
    encoder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise FileNotFoundError("no network")

    monkeypatch.setattr(smp.encoders, "hf_hub_download", refuse)
    monkeypatch.setattr(timm.models._builder, "load_pretrained", refuse)
    with pytest.raises(TrialError, match=r"cannot download.*no network.*model\.weights"):
        options("unet", encoder, weights="imagenet").build(rgb(64), 2)


def test_a_file_of_torchvisions_classifier_is_loaded(tmp_path: Path) -> None:
    source = models.resnet18()
    ours = options("unet", weights=save(source.state_dict(), tmp_path))
    assert ours.files() == (tmp_path / "a.pth",)
    net = ours.build(rgb(64), 2)
    assert torch.equal(net.encoder.layer4[1].conv2.weight, source.layer4[1].conv2.weight)


@pytest.mark.parametrize("name", ["convnext_atto", "pvt_v2_b0"])
def test_a_file_of_timms_classifier_is_loaded_where_stages_have_other_names(
    name: str, tmp_path: Path
) -> None:
    state = timm.create_model(name).state_dict()
    ours = options("unet", f"timm/{name}", weights=save(state, tmp_path))
    loaded = ours.build(rgb(64), 2).encoder.state_dict()
    names = [key for key in loaded if "stages_2" in key]
    assert names
    for key in names:
        original = key.removeprefix("model.").replace("stages_2.", "stages.2.")
        assert torch.equal(loaded[key], state[original])


def test_position_embeddings_are_resized_for_dpt(tmp_path: Path) -> None:
    state = timm.create_model("vit_tiny_patch16_224", img_size=96).state_dict()
    ours = options("dpt", "timm/vit_tiny_patch16_224", weights=save(state, tmp_path))
    model = ours.build(rgb(64), 2).encoder.model
    assert torch.equal(model.blocks[3].attn.qkv.weight, state["blocks.3.attn.qkv.weight"])
    assert model.pos_embed.shape != state["pos_embed"].shape
    assert torch.equal(model.pos_embed[:, 0], state["pos_embed"][:, 0])


@pytest.mark.parametrize("encoder", ["mit_b0", "timm/resnet18", "densenet121"])
def test_the_encoder_of_a_whole_network_is_loaded(encoder: str, tmp_path: Path) -> None:
    source = options("fpn", encoder).build(rgb(64), 7)
    net = options("unet", encoder, weights=save(source.state_dict(), tmp_path)).build(rgb(64), 2)
    loaded = net.encoder.state_dict()
    assert all(
        torch.equal(value, loaded[name]) for name, value in source.encoder.state_dict().items()
    )


def test_densenets_published_names_are_understood(tmp_path: Path) -> None:
    state = models.densenet121().state_dict()
    old = {
        name.replace("norm1.", "norm.1.").replace("conv2.", "conv.2.")
        if "denselayer" in name
        else name: value
        for name, value in state.items()
    }
    net = options("unet", "densenet121", weights=save(old, tmp_path)).build(rgb(64), 2)
    loaded = net.encoder.features.denseblock2.denselayer3.conv2.weight
    assert torch.equal(loaded, state["features.denseblock2.denselayer3.conv2.weight"])


def test_what_became_of_a_file_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    safetensors.torch.save_file(models.resnet18().state_dict(), tmp_path / "a.safetensors")
    with caplog.at_level("INFO", logger="ablate"):
        options("unet", weights=str(tmp_path / "a.safetensors")).build(rgb(64), 2)
    (record,) = caplog.records
    assert record.levelname == "INFO"
    assert "120 of 120 tensors loaded; only in the file: fc.bias, fc.weight" in record.message


@pytest.mark.parametrize("encoder", ["resnet50", "mobilenet_v2", "timm/convnext_atto"])
def test_a_file_of_another_architecture_is_refused(encoder: str, tmp_path: Path) -> None:
    path = save(models.resnet18().state_dict(), tmp_path)
    with pytest.raises(TrialError, match=r"a.pth fits only \d+ of .*Check model.name, model.enc"):
        options("unet", encoder, weights=path).build(rgb(64), 2)


def test_real_weights_of_timms_classifier_are_loaded(data_root: Path) -> None:
    path = data_root / "weights" / "tf_efficientnet_lite0-imagenet.pth"
    if not path.exists():
        pytest.skip(f"needs {path}")
    net = options("unet", "timm/tf_efficientnet_lite0", weights=str(path)).build(rgb(64), 2)
    state = torch.load(path, weights_only=True)
    assert all(
        torch.equal(value, state[name.removeprefix("model.")])
        for name, value in net.encoder.state_dict().items()
    )


def test_real_weights_without_a_head_are_loaded(data_root: Path) -> None:
    path = data_root / "weights" / "mobilenet_v2-imagenet-features.pth"
    if not path.exists():
        pytest.skip(f"needs {path}")
    net = options("deeplabv3plus", "mobilenet_v2", weights=str(path)).build(rgb(64), 2)
    state = torch.load(path, weights_only=True)
    loaded = net.encoder.state_dict()
    assert all(torch.equal(loaded[name], value) for name, value in state.items())


def test_a_name_that_is_not_there_is_none() -> None:
    assert FAMILY.member("unet3plus") is None
    assert FAMILY.member("unet") is SmpOptions
