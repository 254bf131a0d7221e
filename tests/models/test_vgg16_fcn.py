from __future__ import annotations

from pathlib import Path
from urllib.error import URLError

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from torch.nn import functional
from torchvision import models

from ablate.catalogue.meta import on_meta
from ablate.engine.architecture import LayerRow, describe
from ablate.errors import TrialError
from ablate.models.encoders_vgg16 import map_sizes, vgg16_work
from ablate.models.vgg16_fcn import VGG16FCNOptions
from ablate.models.vgg16_fcn_network import VGG16FCN, bilinear_kernel
from ablate.spec.values import IMAGENET, ImageShape

TILE = ImageShape(channels=3, height=512, width=512)
SMALL = ImageShape(channels=3, height=40, width=56)
STRIDES = (32, 16, 8, 4)
NARROW = 1 / 32

#: Layer, type, output shape, parameters and sources, as printed in reports on these networks.
ENCODER = [
    ("features.0", "Conv2d", (64, 512, 512), 1_792, "input"),
    ("features.1", "ReLU", (64, 512, 512), 0, "features.0"),
    ("features.2", "Conv2d", (64, 512, 512), 36_928, "features.1"),
    ("features.3", "ReLU", (64, 512, 512), 0, "features.2"),
    ("features.4", "MaxPool2d", (64, 256, 256), 0, "features.3"),
    ("features.5", "Conv2d", (128, 256, 256), 73_856, "features.4"),
    ("features.6", "ReLU", (128, 256, 256), 0, "features.5"),
    ("features.7", "Conv2d", (128, 256, 256), 147_584, "features.6"),
    ("features.8", "ReLU", (128, 256, 256), 0, "features.7"),
    ("features.9", "MaxPool2d", (128, 128, 128), 0, "features.8"),
    ("features.10", "Conv2d", (256, 128, 128), 295_168, "features.9"),
    ("features.11", "ReLU", (256, 128, 128), 0, "features.10"),
    ("features.12", "Conv2d", (256, 128, 128), 590_080, "features.11"),
    ("features.13", "ReLU", (256, 128, 128), 0, "features.12"),
    ("features.14", "Conv2d", (256, 128, 128), 590_080, "features.13"),
    ("features.15", "ReLU", (256, 128, 128), 0, "features.14"),
    ("features.16", "MaxPool2d", (256, 64, 64), 0, "features.15"),
    ("features.17", "Conv2d", (512, 64, 64), 1_180_160, "features.16"),
    ("features.18", "ReLU", (512, 64, 64), 0, "features.17"),
    ("features.19", "Conv2d", (512, 64, 64), 2_359_808, "features.18"),
    ("features.20", "ReLU", (512, 64, 64), 0, "features.19"),
    ("features.21", "Conv2d", (512, 64, 64), 2_359_808, "features.20"),
    ("features.22", "ReLU", (512, 64, 64), 0, "features.21"),
    ("features.23", "MaxPool2d", (512, 32, 32), 0, "features.22"),
    ("features.24", "Conv2d", (512, 32, 32), 2_359_808, "features.23"),
    ("features.25", "ReLU", (512, 32, 32), 0, "features.24"),
    ("features.26", "Conv2d", (512, 32, 32), 2_359_808, "features.25"),
    ("features.27", "ReLU", (512, 32, 32), 0, "features.26"),
    ("features.28", "Conv2d", (512, 32, 32), 2_359_808, "features.27"),
    ("features.29", "ReLU", (512, 32, 32), 0, "features.28"),
    ("features.30", "MaxPool2d", (512, 16, 16), 0, "features.29"),
    ("fc_1", "Conv2d", (4096, 16, 16), 8_392_704, "features.30"),
    ("fc_1_relu", "ReLU", (4096, 16, 16), 0, "fc_1"),
    ("fc_2", "Conv2d", (4096, 16, 16), 16_781_312, "fc_1_relu"),
    ("fc_2_relu", "ReLU", (4096, 16, 16), 0, "fc_2"),
    ("scores.pool5", "Conv2d", (7, 16, 16), 28_679, "fc_2_relu"),
]
FCN32S = [
    *ENCODER,
    ("upsampling.image", "ConvTranspose2d", (7, 512, 512), 200_704, "scores.pool5"),
]
FCN8S = [
    *ENCODER,
    ("upsampling.pool4", "ConvTranspose2d", (7, 32, 32), 784, "scores.pool5"),
    ("scores.pool4", "Conv2d", (7, 32, 32), 3_591, "features.23"),
    ("add", "add", (7, 32, 32), 0, "upsampling.pool4, scores.pool4"),
    ("upsampling.pool3", "ConvTranspose2d", (7, 64, 64), 784, "add"),
    ("scores.pool3", "Conv2d", (7, 64, 64), 1_799, "features.16"),
    ("add_1", "add", (7, 64, 64), 0, "upsampling.pool3, scores.pool3"),
    ("upsampling.image", "ConvTranspose2d", (7, 512, 512), 12_544, "add_1"),
]


def options(**fields: object) -> VGG16FCNOptions:
    return VGG16FCNOptions.model_validate(fields)


def table(stride: int) -> tuple[LayerRow, ...]:
    return describe(on_meta(options(stride=stride).build, TILE, 7), TILE)


def total(rows: tuple[LayerRow, ...]) -> int:
    return sum(row.parameters for row in rows)


@pytest.mark.parametrize(
    ("stride", "rows", "parameters"), [(32, FCN32S, 40_118_087), (8, FCN8S, 39_936_885)]
)
def test_the_architecture_table_is_exact(
    stride: int, rows: list[tuple[str, str, tuple[int, ...], int, str]], parameters: int
) -> None:
    found = table(stride)
    assert [
        (row.name, row.type, row.output_shape, row.parameters, ", ".join(row.connected_to))
        for row in found
    ] == rows
    assert total(found) == parameters


def test_kernels_and_strides_of_the_head() -> None:
    rows = {row.name: row for row in table(8)}
    assert rows["fc_1"].kernel_size == (2, 2)
    assert rows["fc_2"].kernel_size == rows["scores.pool3"].kernel_size == (1, 1)
    sides = [(row.kernel_size, row.stride) for row in rows.values() if "upsampling" in row.name]
    assert sides == [((4, 4), (2, 2)), ((4, 4), (2, 2)), ((16, 16), (8, 8))]


def test_finer_networks_score_earlier_poolings() -> None:
    shared = total(table(8)) - 784 - 1_799 - 12_544
    assert total(table(16)) == shared + 32 * 32 * 7 * 7
    assert total(table(4)) == shared + 2 * 784 + 1_799 + (128 + 1) * 7 + 8 * 8 * 7 * 7
    names = [row.name for row in table(4)]
    assert [name for name in names if name.startswith("upsampling")] == [
        "upsampling.pool4",
        "upsampling.pool3",
        "upsampling.pool2",
        "upsampling.image",
    ]


@pytest.fixture(scope="module")
def narrow() -> dict[int, VGG16FCN]:
    return {
        stride: options(stride=stride, width=NARROW).build(SMALL, 5).eval() for stride in STRIDES
    }


@settings(max_examples=25, deadline=None)
@given(
    stride=st.sampled_from(STRIDES),
    height=st.integers(1, 70),
    width=st.integers(1, 70),
)
def test_logits_have_the_size_of_any_image(
    narrow: dict[int, VGG16FCN], stride: int, height: int, width: int
) -> None:
    assert narrow[stride](torch.zeros(1, 3, height, width)).shape == (1, 5, height, width)


def test_padding_below_and_on_the_right_changes_nothing_but_the_padding() -> None:
    """Scores are cut off where the padding was, not shifted."""
    net = options(stride=8, width=NARROW).build(SMALL, 3).eval()
    image = torch.zeros(1, 3, 160, 160)
    image[..., :8, :8] = 5.0
    whole, part = net(image), net(image[..., :150, :131])
    torch.testing.assert_close(part[..., :60, :60], whole[..., :60, :60])


def test_fc_1_reads_its_pixel_and_those_below_and_on_the_right() -> None:
    """Same padding of an even kernel, as in the networks of the reports."""
    layer = options(width=NARROW).build(SMALL, 3).fc_1
    image = torch.randn(1, layer.in_channels, 5, 4)
    padded = functional.pad(image, (0, 1, 0, 1))
    expected = functional.conv2d(padded, layer.weight, layer.bias)
    torch.testing.assert_close(layer(image), expected)


@pytest.mark.parametrize("stride", [2, 4, 8, 32])
def test_upsampling_starts_as_bilinear_interpolation(stride: int) -> None:
    scores = torch.randn(1, 1, 6, 5)
    found = functional.conv_transpose2d(
        scores, bilinear_kernel(stride)[None, None], stride=stride, padding=stride // 2
    )
    expected = functional.interpolate(scores, scale_factor=stride, mode="bilinear")
    inner = (slice(None), slice(None), slice(stride, -stride), slice(stride, -stride))
    torch.testing.assert_close(found[inner], expected[inner])


def test_each_class_is_upsampled_by_itself_unless_initialised_at_random() -> None:
    weight = options(stride=8, width=NARROW).build(SMALL, 3).upsampling["image"].weight
    assert torch.equal(weight[1, 1], bilinear_kernel(8))
    assert torch.count_nonzero(weight[0, 1]) == 0
    other = options(stride=8, width=NARROW, upsampling_init="random").build(SMALL, 3)
    assert torch.count_nonzero(other.upsampling["image"].weight[0, 1]) == 256


@pytest.mark.parametrize("batch_norm", [False, True])
def test_the_encoder_is_torchvisions(batch_norm: bool, tmp_path: Path) -> None:
    torch.manual_seed(0)
    theirs = models.vgg.make_layers(models.vgg.cfgs["D"], batch_norm).eval()
    torch.save({f"features.{k}": v for k, v in theirs.state_dict().items()}, tmp_path / "a.pth")
    ours = options(batch_norm=batch_norm, weights=str(tmp_path / "a.pth"))
    net = ours.build(SMALL, 3).eval()
    image = torch.randn(1, 3, 64, 32)
    torch.testing.assert_close(net.features(image), theirs(image))
    assert ours.files() == (tmp_path / "a.pth",)
    assert ours.normalization() == IMAGENET


def test_the_encoder_starts_as_torchvision_starts_it() -> None:
    weight = options().build(SMALL, 3).features[10].weight
    assert weight.std().item() == pytest.approx((2 / (256 * 9)) ** 0.5, rel=0.01)


def test_a_finer_network_starts_from_a_coarser_one(tmp_path: Path) -> None:
    coarse = options(width=NARROW).build(SMALL, 3)
    torch.save(coarse.state_dict(), tmp_path / "a.pt")
    fine = options(stride=8, width=NARROW, weights=str(tmp_path / "a.pt")).build(SMALL, 3)
    for name in ("features.28.weight", "fc_1.weight", "fc_2.bias", "scores.pool5.weight"):
        assert torch.equal(fine.state_dict()[name], coarse.state_dict()[name])
    assert fine.upsampling["image"].kernel_size == (16, 16)


def test_other_channels_take_the_rgb_kernels_summed(tmp_path: Path) -> None:
    source = options(width=NARROW).build(SMALL, 3)
    torch.save(source.state_dict(), tmp_path / "a.pt")
    grey = ImageShape(channels=1, height=32, width=32)
    net = options(width=NARROW, weights=str(tmp_path / "a.pt")).build(grey, 3)
    torch.testing.assert_close(
        net.features[0].weight, source.features[0].weight.sum(1, keepdim=True)
    )


@pytest.mark.parametrize("stride", STRIDES)
def test_it_learns_a_few_images_by_heart(stride: int) -> None:
    torch.manual_seed(0)
    net = options(stride=stride, width=NARROW, batch_norm=True).build(SMALL, 2)
    image = torch.randn(2, 3, 64, 64) * 0.1
    target = torch.zeros(2, 64, 64, dtype=torch.int64)
    target[:, 32:, :32] = 1
    image[:, :, 32:, :32] += 1
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)
    for _ in range(20):
        optimizer.zero_grad()
        functional.cross_entropy(net(image), target).backward()
        optimizer.step()
    accuracy = (net(image).argmax(1) == target).float().mean()
    assert accuracy > 0.9, f"always the same class is right for 0.75 of the pixels, not {accuracy}"


def test_dropout_follows_both_fully_connected_layers() -> None:
    rows = describe(options(width=NARROW, dropout=0.5).build(SMALL, 3), SMALL)
    names = [row.name for row in rows]
    assert names[names.index("fc_1") :][:6] == [
        "fc_1",
        "fc_1_relu",
        "fc_1_dropout",
        "fc_2",
        "fc_2_relu",
        "fc_2_dropout",
    ]


def test_a_download_that_fails_names_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise URLError("no network")

    monkeypatch.setattr(models._api, "load_state_dict_from_url", refuse)
    with pytest.raises(TrialError, match=r"cannot download.*vgg16.*no network.*model\.weights"):
        options(weights="imagenet").build(SMALL, 2)


def test_imagenet_weights_need_the_full_width() -> None:
    wrong = options(weights="imagenet", width=0.5)
    assert [field for field, _ in wrong.problems(SMALL)] == ["width"]
    with pytest.raises(TrialError, match=r"model\.width"):
        wrong.build(SMALL, 2)
    assert options(weights="imagenet").problems(SMALL) == []


def test_a_missing_file_is_a_problem() -> None:
    assert [field for field, _ in options(weights="imagnet").problems(SMALL)] == ["weights"]


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    torch.save(models.resnet18().state_dict(), tmp_path / "a.pt")
    with pytest.raises(TrialError, match="weights of another architecture"):
        options(width=NARROW, weights=str(tmp_path / "a.pt")).build(SMALL, 2)


def test_work_is_that_of_the_convolutions() -> None:
    shape = ImageShape(channels=3, height=50, width=33)
    rows = describe(on_meta(options(width=0.5).build, shape, 3), shape)
    counted = [row for row in rows if row.type == "Conv2d" and not row.name.startswith("scores")]
    macs = [
        row.output_shape[0] * row.output_shape[1] * row.output_shape[2] * row.in_channels * area
        for row, area in ((row, row.kernel_size[0] ** 2) for row in counted)
    ]
    assert options(width=0.5).work(shape) == sum(macs)
    assert vgg16_work(shape, 0.5) == sum(macs[:13])
    assert list(map_sizes(shape))[-1] == rows[31].output_shape[1:]


@pytest.mark.parametrize("wrong", [{"stride": 2}, {"width": 0.0}, {"dropout": 1.0}, {"weights": 3}])
def test_impossible_options_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        options(**wrong)
