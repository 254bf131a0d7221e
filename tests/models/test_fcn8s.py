from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from torch.nn import functional

from ablate.catalogue.meta import on_meta
from ablate.engine.architecture import LayerRow, describe
from ablate.errors import TrialError
from ablate.models.fcn8s import FCN8sOptions
from ablate.models.fcn8s_network import FCN8s
from ablate.spec.values import ImageShape

FRAME = ImageShape(channels=3, height=96, width=64)
LIGHT = "timm/resnet10t"
DECODER = [
    ("decoder.0.deconv", "ConvTranspose2d", (512, 6, 4), 2_359_808, "encoder.body.features.30"),
    ("decoder.0.relu", "ReLU", (512, 6, 4), 0, "decoder.0.deconv"),
    ("add", "add", (512, 6, 4), 0, "decoder.0.relu, encoder.body.features.23"),
    ("decoder.0.bn", "BatchNorm2d", (512, 6, 4), 1_024, "add"),
    ("decoder.1.deconv", "ConvTranspose2d", (256, 12, 8), 1_179_904, "decoder.0.bn"),
    ("decoder.1.relu", "ReLU", (256, 12, 8), 0, "decoder.1.deconv"),
    ("add_1", "add", (256, 12, 8), 0, "decoder.1.relu, encoder.body.features.16"),
    ("decoder.1.bn", "BatchNorm2d", (256, 12, 8), 512, "add_1"),
    ("decoder.2.deconv", "ConvTranspose2d", (128, 24, 16), 295_040, "decoder.1.bn"),
    ("decoder.2.relu", "ReLU", (128, 24, 16), 0, "decoder.2.deconv"),
    ("decoder.2.bn", "BatchNorm2d", (128, 24, 16), 256, "decoder.2.relu"),
    ("decoder.3.deconv", "ConvTranspose2d", (64, 48, 32), 73_792, "decoder.2.bn"),
    ("decoder.3.relu", "ReLU", (64, 48, 32), 0, "decoder.3.deconv"),
    ("decoder.3.bn", "BatchNorm2d", (64, 48, 32), 128, "decoder.3.relu"),
    ("decoder.4.deconv", "ConvTranspose2d", (32, 96, 64), 18_464, "decoder.3.bn"),
    ("decoder.4.relu", "ReLU", (32, 96, 64), 0, "decoder.4.deconv"),
    ("decoder.4.bn", "BatchNorm2d", (32, 96, 64), 64, "decoder.4.relu"),
    ("classifier", "Conv2d", (11, 96, 64), 363, "decoder.4.bn"),
]


def options(**fields: object) -> FCN8sOptions:
    return FCN8sOptions.model_validate(fields)


@pytest.fixture(scope="module")
def light() -> FCN8s:
    return options(width=1 / 64, encoder=LIGHT).build(FRAME, 11).eval()


def rows(**fields: object) -> list[LayerRow]:
    found = describe(on_meta(options(**fields).build, FRAME, 11), FRAME)
    return [row for row in found if not row.name.startswith(("encoder", "pad"))]


def test_the_decoder_layer_by_layer() -> None:
    assert [
        (row.name, row.type, row.output_shape, row.parameters, ", ".join(row.connected_to))
        for row in rows()
    ] == DECODER


@pytest.mark.parametrize(
    ("skip", "sources"),
    [
        ((), []),
        (("x4",), ["encoder.body.features.23"]),
        (("x3",), ["encoder.body.features.16"]),
        (("x3", "x4"), ["encoder.body.features.23", "encoder.body.features.16"]),
    ],
)
def test_skips_can_be_left_out(skip: tuple[str, ...], sources: list[str]) -> None:
    found = rows(skip=skip)
    assert [row.connected_to[1] for row in found if row.type == "add"] == sources
    assert sum(row.parameters for row in found) == sum(row[3] for row in DECODER)


def test_maps_of_other_channels_pass_a_convolution() -> None:
    found = {row.name: row for row in rows(encoder=LIGHT)}
    assert found["decoder.0.match"].in_channels == 256
    assert found["decoder.0.match"].kernel_size == (1, 1)
    assert ("decoder.0.relu", "decoder.0.match") in [row.connected_to for row in found.values()]
    assert "decoder.0.match" in {row.name for row in rows(width=0.5)}


def test_width_scales_the_stages_alone() -> None:
    net = on_meta(options(width=0.25).build, FRAME, 11)
    assert [stage.deconv.out_channels for stage in net.decoder] == [128, 64, 32, 16, 8]
    assert net.encoder.channels[-1] == 512


def test_the_order_of_skips_means_nothing() -> None:
    assert options(skip=("x3", "x4")) == options(skip=("x4", "x3")) == options()


@settings(max_examples=10, deadline=None)
@given(height=st.integers(1, 80), width=st.integers(1, 80))
def test_logits_have_the_size_of_any_image(light: FCN8s, height: int, width: int) -> None:
    assert light(torch.zeros(1, 3, height, width)).shape == (1, 11, height, width)


def test_a_map_is_added_after_the_relu_and_before_the_batch_norm(light: FCN8s) -> None:
    stage = light.decoder[0]
    hidden, skip = torch.randn(1, 512, 2, 2), torch.randn(1, 256, 4, 4)
    expected = stage.bn(stage.deconv(hidden).clamp(min=0) + stage.match(skip))
    torch.testing.assert_close(stage(hidden, skip), expected)


def test_it_learns_a_few_images_by_heart() -> None:
    torch.manual_seed(0)
    net = options(encoder=LIGHT, width=1 / 16).build(FRAME, 2)
    image = torch.randn(2, 3, 64, 64) * 0.1
    target = torch.zeros(2, 64, 64, dtype=torch.int64)
    target[:, 32:, :32] = 1
    image[:, :, 32:, :32] += 1
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)
    for _ in range(12):
        optimizer.zero_grad()
        functional.cross_entropy(net(image), target).backward()
        optimizer.step()
    accuracy = (net(image).argmax(1) == target).float().mean()
    assert accuracy > 0.9, f"always the same class is right for 0.75 of the pixels, not {accuracy}"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("timm/xcit_nano_12_p8_224", "cannot be the encoder.* 32, 16, 8, it has those of 8;"),
        ("timm/inception_v3", "cannot be an encoder: .*[Kk]ernel"),
    ],
)
def test_an_encoder_without_the_maps_is_refused(name: str, text: str) -> None:
    with pytest.raises(TrialError, match=f"{name} {text}"):
        on_meta(options(encoder=name).build, FRAME, 3)


def test_work_is_that_of_the_convolutions() -> None:
    found = describe(on_meta(options(width=0.5, skip=()).build, FRAME, 11), FRAME)
    macs = 0
    for row in found:
        channels, height, width = row.output_shape
        if row.type == "Conv2d" and row.name != "classifier":
            macs += height * width * channels * row.in_channels * 9
        if row.type == "ConvTranspose2d":
            macs += height * width // 4 * channels * row.in_channels * 9
    assert options(width=0.5, skip=()).work(FRAME) == macs
    assert options(encoder=LIGHT).work(FRAME) is None


@pytest.mark.parametrize(
    "wrong", [{"skip": ("x5",)}, {"skip": ("x4", "x4")}, {"width": -1.0}, {"encoder": "vgg17"}]
)
def test_impossible_options_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        options(**wrong)
