from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from ablate.data.prepared import PreparedData, Split
from ablate.spec.config import TrialConfig
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
        classes=classes,
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
