from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from torch import nn
from torch.nn import functional

from ablate.catalogue.meta import on_meta
from ablate.errors import TrialError
from ablate.models.conv_head import ConvHeadOptions
from ablate.models.conv_head_dilation import last_block
from ablate.models.encoders_network import encoder_network
from ablate.spec.values import IMAGENET, ImageShape

FRAME = ImageShape(channels=3, height=224, width=224)
LIGHT = "timm/resnet10t"


def options(**fields: object) -> ConvHeadOptions:
    return ConvHeadOptions.model_validate(fields)


def head(**fields: object) -> Any:
    """The head for six classes, without numbers."""
    return on_meta(options(**fields).build, FRAME, 6).head


@pytest.fixture(scope="module")
def light() -> nn.Module:
    return options(encoder=LIGHT, num_convs=2).build(FRAME, 6).eval()


@pytest.mark.parametrize(
    ("num_convs", "plan"),
    [
        (1, [(512, 6, 32)]),
        (2, [(512, 256, 2), (256, 6, 16)]),
        (3, [(512, 256, 2), (256, 128, 2), (128, 6, 8)]),
        (4, [(512, 256, 2), (256, 128, 2), (128, 64, 2), (64, 6, 4)]),
        (5, [(512, 256, 2), (256, 128, 2), (128, 64, 2), (64, 32, 2), (32, 6, 2)]),
    ],
)
def test_the_plan_of_channels_and_upsampling(
    num_convs: int, plan: list[tuple[int, int, int]]
) -> None:
    net = head(num_convs=num_convs)
    assert [
        (layer.conv.in_channels, layer.conv.out_channels, layer.upsample.scale_factor)
        for layer in net
    ] == plan
    # 3 x 3 kernels; a scale and a shift for each channel of a batch norm, a bias for each logit
    expected = sum(9 * inputs * outputs for inputs, outputs, _ in plan)
    expected += sum(2 * outputs for _, outputs, _ in plan[:-1]) + 6
    assert sum(parameter.numel() for parameter in net.parameters()) == expected


def test_the_logits_have_no_activation_unless_asked_for() -> None:
    names = [[name for name, _ in layer.named_children()] for layer in head(num_convs=2)]
    assert names == [["conv", "bn", "relu", "upsample"], ["conv", "upsample"]]
    names = [
        [name for name, _ in layer.named_children()]
        for layer in head(num_convs=2, activation_on_logits=True)
    ]
    assert names == [["conv", "bn", "relu", "upsample"]] * 2


def test_the_encoder_is_the_network_without_pooling_and_classifier() -> None:
    net: Any = on_meta(options().build, FRAME, 6)
    of_classifier = 11_689_512 - 513_000  # torchvision's and timm's ResNet-18, and its linear layer
    assert sum(parameter.numel() for parameter in net.encoder.parameters()) == of_classifier


@settings(max_examples=8, deadline=None)
@given(height=st.integers(1, 80), width=st.integers(1, 80))
def test_logits_have_the_size_of_any_image(light: nn.Module, height: int, width: int) -> None:
    assert light(torch.zeros(1, 3, height, width)).shape == (1, 6, height, width)


def test_dropout_acts_on_the_encoders_map() -> None:
    net = options(encoder=LIGHT, dropout=0.5).build(FRAME, 6)
    image = torch.randn(2, 3, 64, 64)
    with torch.no_grad():
        net.eval()
        whole = net(image)
        torch.manual_seed(0)
        net.dropout.train()
        dropped = net(image)
        torch.manual_seed(0)
        hidden = functional.dropout(net.encoder(image)[-1], 0.5)
        torch.testing.assert_close(dropped, net.head(hidden))
    assert not torch.allclose(whole, dropped)


@pytest.mark.parametrize(
    ("encoder", "names"),
    [
        ("timm/resnet18", ["layer4.1.conv1", "layer4.1.conv2"]),
        ("timm/resnet10t", ["layer4.0.conv2"]),
        ("timm/tf_efficientnet_lite0", ["blocks.6.0.conv_dw"]),
        ("mobilenet_v2", ["features.17.conv.1.0"]),
        ("vgg16", []),
    ],
)
def test_the_last_block(encoder: str, names: list[str]) -> None:
    network = on_meta(encoder_network, encoder, "random", 3)
    found = last_block(network, 3)  # type: ignore[arg-type]
    assert found == [network.get_submodule(f"body.{name}") for name in names]


@pytest.mark.parametrize("reset", [False, True])
def test_dilated_convolutions_keep_their_weights_unless_reset(reset: bool, tmp_path: Path) -> None:
    plain: Any = options(encoder=LIGHT).build(FRAME, 6)
    file = tmp_path / "encoder.pth"
    torch.save(plain.encoder.body.state_dict(), file)
    fields = {"weights": str(file), "dilation": 4, "reset_dilated": reset}
    net: Any = options(encoder=LIGHT, **fields).build(FRAME, 6)
    conv, before = net.encoder.body.layer4[0].conv2, plain.encoder.body.layer4[0].conv2
    assert conv.dilation == conv.padding == (4, 4)
    assert conv.stride == (1, 1)
    assert torch.equal(conv.weight, before.weight) is not reset
    others = [name for name, _ in net.encoder.named_parameters() if "layer4.0.conv2" not in name]
    assert all(
        torch.equal(net.encoder.get_parameter(name), plain.encoder.get_parameter(name))
        for name in others
    )
    assert conv(torch.zeros(1, 512, 7, 7)).shape == (1, 512, 7, 7)


def test_dilation_beyond_the_map_is_a_convolution_of_one_by_one() -> None:
    net = options(encoder=LIGHT, dilation=8).build(FRAME, 6)
    (conv,) = last_block(net.encoder, 3)
    hidden = torch.randn(1, 512, 7, 7)
    expected = functional.conv2d(hidden, conv.weight[:, :, 1:2, 1:2])
    torch.testing.assert_close(conv(hidden), expected, rtol=1e-4, atol=1e-5)


def test_building_leaves_the_statistics_of_batch_norms() -> None:
    net = options(encoder=LIGHT, dilation=2).build(FRAME, 6)
    assert net.training
    norms = [module for module in net.modules() if isinstance(module, nn.BatchNorm2d)]
    assert all(int(norm.num_batches_tracked or 0) == 0 for norm in norms)


@pytest.mark.parametrize(
    ("dilation", "height", "width", "effect"),
    [
        (4, 224, 224, None),
        (8, 224, 224, "7 x 7: beside their centre the kernels see only padding, in effect a 1 x 1"),
        (16, 200, 224, "7 x 7"),
        (1, 32, 32, None),
        (8, 224, 480, "7 x 15: .* in effect a convolution along the longer side"),
    ],
)
def test_a_dilation_that_sees_only_padding_is_warned_of(
    dilation: int, height: int, width: int, effect: str | None
) -> None:
    shape = ImageShape(channels=3, height=height, width=width)
    found = options(dilation=dilation).warnings(shape)
    assert [field for field, _ in found] == ([] if effect is None else ["dilation"])
    assert effect is None or re.search(effect, found[0][1])


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(
        TrialError, match=r"vgg16 has no convolution on its last map .*timm/resnet18"
    ):
        on_meta(options(encoder="vgg16", dilation=2).build, FRAME, 6)
    with pytest.raises(TrialError, match="has 8 channels, which cannot be halved 4 times"):
        options(num_convs=5).layers(8, 6)
    for num_convs in (0, 6):
        with pytest.raises(ValidationError):
            options(num_convs=num_convs)
    with pytest.raises(ValidationError, match="unknown encoder 'timm/resnet81'"):
        options(encoder="timm/resnet81")


def test_imagenet_weights_bring_their_normalisation() -> None:
    assert options().normalization() is None
    assert options(weights="imagenet").normalization() == IMAGENET


def test_it_learns_a_few_images_by_heart() -> None:
    torch.manual_seed(0)
    net = options(encoder=LIGHT, num_convs=3, dilation=2).build(FRAME, 2)
    image = torch.randn(2, 3, 64, 64) * 0.1
    target = torch.zeros(2, 64, 64, dtype=torch.int64)
    target[:, 32:, :32] = 1
    image[:, :, 32:, :32] += 1
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
    losses = []
    for _ in range(10):
        optimizer.zero_grad()
        loss = functional.cross_entropy(net(image), target)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.6 * losses[0]
    assert (net(image).argmax(1) == target).float().mean() > 0.85  # 0.75 without learning
