from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, ClassVar, Literal

import numpy as np
import pytest
import torch
from torch import nn

from ablate.data.prepared import VOID, Masks, PreparedData, Split
from ablate.registry import overlay
from ablate.spec.config import TrialConfig
from ablate.spec.labels import grouped_labels, plain_labels
from ablate.spec.sections import ModelOptions
from ablate.spec.values import ImageShape, Normalization

Configure = Callable[..., TrialConfig]


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def stripes() -> PreparedData:
    """Noisy 12 x 12 images whose class is the position of a bright stripe: easy, not trivial."""
    classes = ("a", "b", "c", "d", "e", "f")
    generator = np.random.default_rng(0)
    labels = np.repeat(np.arange(6), 100)
    images = generator.integers(0, 120, (600, 12, 12, 1), dtype=np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[2 * label : 2 * label + 2] += 100
    order = generator.permutation(600)
    parts = {"train": order[:400], "val": order[400:500], "test": order[500:]}
    return PreparedData(
        name="stripes",
        fingerprint="0" * 32,
        labels=plain_labels(classes),
        shape=ImageShape(channels=1, height=12, width=12),
        splits={
            name: Split(images, np.sort(part), labels[np.sort(part)])
            for name, part in parts.items()
        },
        normalization=Normalization(mean=(0.3,), std=(0.2,)),
    )


@pytest.fixture
def configure() -> Configure:
    """A small BaseNet with dropout and batch norm; keyword arguments replace sections."""

    def build(**sections: Any) -> TrialConfig:
        values: dict[str, Any] = {
            "task": "classification",
            "data": {"name": "digits", "batch_size": 50},
            "model": {
                "name": "basenet",
                "channels": (4, 8),
                "kernel_size": 3,
                "batch_norm": True,
                "hidden": (16,),
                "dropout": 0.1,
            },
            "optimizer": {"name": "adam", "lr": 0.01},
            "train": {"epochs": 4},
            "primary": "val/accuracy",
        }
        return TrialConfig.model_validate({**values, **sections})

    return build


class TinyOptions(ModelOptions):
    """Three convolutions over the whole image, with dropout and batch norm."""

    tasks: ClassVar[tuple[str, ...]] = ("segmentation",)
    name: Literal["tiny"] = "tiny"

    def build(self, shape: ImageShape, num_classes: int) -> nn.Module:
        return nn.Sequential(
            nn.Conv2d(shape.channels, 8, 3, padding=1),
            nn.BatchNorm2d(8),
            nn.ReLU(),
            nn.Conv2d(8, 8, 3, padding=2, dilation=2),
            nn.ReLU(),
            nn.Dropout(0.1),
            nn.Conv2d(8, num_classes, 1),
        )


@pytest.fixture(scope="session")
def patches() -> PreparedData:
    """Noisy 16 x 24 images of three grounds, whose masks of 20 x 30 pixels have a void rim."""
    generator = np.random.default_rng(0)
    count, size, own = 12, (20, 30), (16, 24)
    colors = np.array([[200, 40, 40], [40, 200, 40], [40, 40, 200]])
    truth = np.kron(generator.integers(0, 3, (count, 2, 3)), np.ones((10, 10))).astype(np.uint8)
    truth[:, :2] = VOID
    rows, columns = (np.arange(n) * m // n for n, m in zip(own, size, strict=True))
    resized = np.ascontiguousarray(truth[:, rows][:, :, columns])
    noise = generator.integers(-40, 41, (count, *own, 3))
    images = (colors[resized % 3] + noise).clip(0, 255).astype(np.uint8)
    masks = Masks(
        resized=resized,
        pixels=truth.reshape(-1),
        offsets=np.arange(count) * size[0] * size[1],
        sizes=np.tile(size, (count, 1)),
        counts=np.stack([(resized == n).sum(axis=(1, 2)) for n in range(3)], axis=1),
    )
    names = [f"field {number}" for number in range(count)]
    parts = {"train": range(6), "val": range(6, 10), "test": range(10, 12)}
    groups = {"two": {"red": ("red",), "other": ("green", "blue")}}
    return PreparedData(
        name="patches",
        fingerprint="2" * 32,
        labels=grouped_labels(
            ("red", "green", "blue"), None, groups, [tuple(c) for c in colors.tolist()]
        ),
        shape=ImageShape(channels=3, height=own[0], width=own[1]),
        splits={
            name: Split(images, np.array(part), np.zeros(len(part), np.int64), masks, names)
            for name, part in parts.items()
        },
        normalization=Normalization(mean=(0.4, 0.4, 0.4), std=(0.3, 0.3, 0.3)),
    )


@pytest.fixture
def segmenter() -> Iterator[Configure]:
    """A tiny network for ``patches``; keyword arguments replace sections."""

    def build(**sections: Any) -> TrialConfig:
        values: dict[str, Any] = {
            "task": "segmentation",
            "data": {"name": "shapes", "batch_size": 3},
            "model": {"name": "tiny"},
            "optimizer": {"name": "adam", "lr": 0.02},
            "train": {"epochs": 4},
            "primary": "val/miou",
            "label_spaces": {"two": {"red": ("red",), "other": ("green", "blue")}},
        }
        return TrialConfig.model_validate({**values, **sections})

    with overlay({("model", "tiny"): TinyOptions}):
        yield build
