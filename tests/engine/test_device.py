from __future__ import annotations

import pytest
import torch
from torch import nn

from ablate.engine.device import prepare
from ablate.errors import TrialError


@pytest.mark.parametrize(
    ("device", "precision", "message"),
    [
        ("cpu", "fp16", "fp16 needs a GPU.*Use bf16 or fp32"),
        ("cuda:99", "fp32", "there is no device 'cuda:99'.*--devices cpu"),
        ("gpu", "fp32", "unknown device 'gpu'"),
        ("meta", "fp32", "'meta' is not supported"),
    ],
)
def test_what_cannot_be_is_refused_with_a_remedy(device: str, precision: str, message: str) -> None:
    with pytest.raises(TrialError, match=message):
        prepare(device, precision)


def test_forward_passes_compute_in_the_precision() -> None:
    image, layer = torch.ones(1, 4), nn.Linear(4, 2)
    for precision, dtype in (("fp32", torch.float32), ("bf16", torch.bfloat16)):
        context = prepare("cpu", precision).autocast()
        for _ in range(2):
            with context:
                assert layer(image).dtype == dtype
    assert layer(image).dtype == torch.float32


def test_models_and_images_are_channels_last_with_the_same_values() -> None:
    execution = prepare("cpu", "fp32")
    layer = nn.Conv2d(3, 4, 3)
    weight, image = layer.weight.detach().clone(), torch.randn(2, 3, 5, 5)
    placed = execution.place_images(image)
    assert placed.is_contiguous(memory_format=torch.channels_last)
    assert torch.equal(placed, image)
    execution.place(layer)
    assert layer.weight.is_contiguous(memory_format=torch.channels_last)
    assert torch.equal(layer.weight, weight)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_gpu_is_named() -> None:
    execution = prepare("cuda:0", "fp16")
    assert execution.name == torch.cuda.get_device_name(0)
    assert execution.scaler().is_enabled()
