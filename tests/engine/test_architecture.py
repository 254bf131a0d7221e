from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from ablate.engine.architecture import LayerRow, describe, to_markdown
from ablate.models.basenet import BaseNetOptions
from ablate.spec.values import ImageShape

SMALL = ImageShape(channels=1, height=28, width=28)
RGB = ImageShape(channels=3, height=64, width=64)


def timm(name: str, **options: object) -> Callable[[], nn.Module]:
    def build() -> nn.Module:
        import timm

        model: nn.Module = timm.create_model(name, num_classes=10, **options)
        return model

    return build


def torchvision(name: str) -> Callable[[], nn.Module]:
    def build() -> nn.Module:
        import torchvision

        model: nn.Module = torchvision.models.get_model(name, num_classes=10)
        return model

    return build


class Branching(nn.Module):
    """Cannot be traced symbolically: what runs depends on values."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 4, 3, padding=1)
        self.block = nn.Sequential(nn.BatchNorm2d(4), nn.ReLU())
        self.scale = nn.Parameter(torch.ones(4, 1, 1))
        self.head = nn.Linear(4, 2)

    def forward(self, image: Tensor) -> Tensor:
        hidden = self.block(self.first(image))
        if hidden.sum() < 0:
            hidden = -hidden
        logits: Tensor = self.head((hidden * self.scale).mean((2, 3)))
        return logits


class Residual(nn.Module):
    """One layer used twice, one that is never used, and a sum of two paths."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 3, padding=1)
        self.relu = nn.ReLU()
        self.unused = nn.Linear(5, 7)

    def forward(self, image: Tensor, mask: Tensor | None = None) -> Tensor:
        once = self.relu(self.conv(image))
        twice = self.relu(self.conv(once))
        return torch.flatten((once + twice).reshape(image.shape), 1)


MODELS = {
    "resnet18": timm("resnet18"),
    "vit": timm("vit_tiny_patch16_224", img_size=64),
    "mobilenet": timm("mobilenetv3_small_100"),
    "torchvision densenet": torchvision("densenet121"),
    "torchvision swin": torchvision("swin_t"),
    "branching": Branching,
    "residual": Residual,
}


@pytest.mark.parametrize("name", MODELS)
def test_the_parameters_of_all_rows_add_up(name: str) -> None:
    model = MODELS[name]()
    rows = describe(model, RGB)
    assert sum(row.parameters for row in rows) == sum(p.numel() for p in model.parameters())
    assert [row.number for row in rows] == list(range(1, len(rows) + 1))
    names = [row.name for row in rows]
    assert len(set(names)) == len(names)
    earlier = {"input"}
    for row in rows:
        assert set(row.connected_to) <= earlier
        earlier.add(row.name)


def test_basenet_as_a_table() -> None:
    rows = describe(BaseNetOptions(dropout=0.5).build(SMALL, 10), SMALL)
    assert to_markdown(rows).splitlines()[2:5] == [
        "|  1 | conv1 | Conv2d | 6 x 24 x 24 | 156 | input |",
        "|  2 | relu1 | ReLU | 6 x 24 x 24 | 0 | conv1 |",
        "|  3 | pool1 | MaxPool2d | 6 x 12 x 12 | 0 | relu1 |",
    ]
    assert to_markdown(rows).endswith("| **total** | | | **4,414** | |")
    assert rows[0] == LayerRow(
        number=1,
        name="conv1",
        type="Conv2d",
        output_shape=(6, 24, 24),
        parameters=156,
        connected_to=("input",),
        in_channels=1,
        out_channels=6,
        kernel_size=(5, 5),
        stride=(1, 1),
        dilation=(1, 1),
    )
    by_name = {row.name: row for row in rows}
    assert (by_name["fc1"].in_channels, by_name["fc1"].out_channels) == (192, 12)
    assert by_name["pool1"].kernel_size == (2, 2)


def test_paths_join_and_reused_layers_count_once() -> None:
    rows = {row.name: row for row in describe(Residual(), RGB)}
    assert list(rows) == [
        "conv",
        "relu",
        "conv (2)",
        "relu (2)",
        "add",
        "flatten",
        "unused.weight",
        "unused.bias",
    ]
    assert rows["add"].connected_to == ("relu", "relu (2)")
    # Through the reshape, and not to the image, whose size alone it reads.
    assert rows["flatten"].connected_to == ("add",)
    assert rows["flatten"].output_shape == (3 * 64 * 64,)
    assert (rows["conv"].parameters, rows["conv (2)"].parameters) == (84, 0)
    assert rows["unused.weight"].connected_to == ()


def test_layers_of_a_model_that_cannot_be_traced() -> None:
    rows = {row.name: row for row in describe(Branching(), RGB)}
    assert list(rows) == ["first", "block.0", "block.1", "head", "scale"]
    assert rows["block.1"].connected_to == ("block.0",)
    assert rows["head"].connected_to == ()
    assert rows["scale"].type == "Parameter"


def test_a_vision_transformers_tokens_have_rows() -> None:
    rows = {row.name: row for row in describe(MODELS["vit"](), RGB)}
    assert rows["cls_token"].parameters == 192
    assert "pos_embed" in rows["add"].connected_to


@pytest.mark.parametrize("name", ["branching", "residual", "vit"])
def test_the_model_stays_as_it_was(name: str) -> None:
    model = MODELS[name]()
    next(iter(model.children())).eval()
    state = {key: value.clone() for key, value in model.state_dict().items()}
    modes = [module.training for module in model.modules()]
    attributes = set(vars(model))
    describe(model, RGB)
    assert [module.training for module in model.modules()] == modes
    assert set(vars(model)) == attributes
    assert all(torch.equal(value, state[key]) for key, value in model.state_dict().items())
    assert not any(module._forward_hooks for module in model.modules())


def test_an_error_of_the_model_is_not_swallowed() -> None:
    with pytest.raises(RuntimeError, match="shape"):
        describe(nn.Sequential(nn.Flatten(), nn.Linear(5, 2)), SMALL)
