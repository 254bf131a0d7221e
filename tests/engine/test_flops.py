"""Floating-point operations of one image: against torch's own counter and against numbers worked out by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode, flop_registry

from ablate.engine import flops
from ablate.engine.architecture import architecture_of
from ablate.spec.values import ImageShape

SHAPE = ImageShape(channels=3, height=12, width=10)


class Gate(nn.Module):
    """A model that cannot be traced symbolically."""

    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(360, 4)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        flat = self.fc(image.flatten(1))
        return flat if flat.sum() > 1e9 else flat * 2


class Attention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.TransformerEncoderLayer(12, 2, dim_feedforward=8, batch_first=True)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return self.encoder(image.flatten(2).transpose(1, 2).reshape(1, 30, 12)).mean(1)


def test_a_convolution_and_a_linear_layer_by_hand() -> None:
    model = nn.Sequential(
        nn.Conv2d(3, 8, 3, stride=2), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten(), nn.Linear(160, 5)
    )
    convolution, linear = 5 * 4 * 8 * 3 * 3 * 3, 160 * 5
    assert architecture_of(model, SHAPE).flops == 2 * (convolution + linear)


def test_a_model_that_cannot_be_traced_symbolically_is_counted_once() -> None:
    assert architecture_of(Gate(), SHAPE).flops == 2 * 360 * 4


def test_attention_is_counted_where_torch_would_fuse_it() -> None:
    tokens, width, hidden = 30, 12, 8
    projections, products = 4 * tokens * width * width, 2 * tokens * tokens * width
    expected = 2 * (projections + products + 2 * tokens * width * hidden)
    assert torch.backends.mha.get_fastpath_enabled()
    assert architecture_of(Attention(), SHAPE).flops == expected
    assert torch.backends.mha.get_fastpath_enabled()


@pytest.mark.parametrize(
    "name", ["mobilenet_v2", "resnet18", "vit_b_32", "lraspp_mobilenet_v3_large"]
)
def test_it_is_what_torchs_own_counter_counts(name: str) -> None:
    from torchvision import models

    known = {"num_classes": 4, **({"weights_backbone": None} if "lraspp" in name else {})}
    size = 224 if "vit" in name else 64
    with torch.device("meta"):
        model = models.get_model(name, weights=None, **known).eval()
        image = torch.empty(1, 3, size, size)
    with flops.countable(), torch.no_grad(), FlopCounterMode(display=False) as theirs:
        model(image)
    shape = ImageShape(channels=3, height=size, width=size)
    assert architecture_of(model, shape).flops == theirs.get_total_flops() > 1e6


def _refuse(*args: Any, **kwargs: Any) -> int:
    raise AssertionError("a shape that the formula does not know")


def _break(self: Any, function: Any, *args: Any, **kwargs: Any) -> Any:
    raise NotImplementedError("an operation that cannot be intercepted")


@pytest.mark.parametrize("model", [lambda: nn.Sequential(nn.Flatten(), nn.Linear(360, 4)), Gate])
def test_what_cannot_be_counted_is_undefined_and_fails_nothing(
    model: Callable[[], nn.Module], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(flop_registry, torch.ops.aten.addmm, _refuse)
    found = architecture_of(model(), SHAPE)
    assert (found.flops, sum(row.parameters for row in found.rows)) == (None, 1444)
    monkeypatch.setattr(flops.FlopCount, "__torch_dispatch__", _break)
    found = architecture_of(model(), SHAPE)
    assert (found.flops, sum(row.parameters for row in found.rows)) == (None, 1444)


def test_an_error_of_the_model_itself_stays_one() -> None:
    with pytest.raises(RuntimeError, match="shapes cannot be multiplied"):
        architecture_of(nn.Sequential(nn.Flatten(), nn.Linear(5, 2)), SHAPE)
