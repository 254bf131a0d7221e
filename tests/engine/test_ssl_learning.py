"""That BYOL learns what images show from real images, without their labels."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ablate.data.place import DataPlace
from ablate.data.prepare import prepare
from ablate.engine.fit import fit
from ablate.results import Finished
from ablate.spec.config import TrialConfig

CLOTHES: Mapping[str, Any] = {
    "name": "fashion-mnist",
    "batch_size": 128,
    "train_size": 4000,
    "val_fraction": 0.02,
    "augment": (
        {"random_resized_crop": {"scale": (0.3, 1.0)}},
        "random_horizontal_flip",
        {"color_jitter": {"brightness": 0.4, "contrast": 0.4, "p": 0.8}},
    ),
}


def configured(lr: float, epochs: int) -> TrialConfig:
    return TrialConfig.model_validate(
        {
            "task": {"name": "ssl", "projector": (256, 64), "predictor": 256, "momentum": 0.9},
            "data": CLOTHES,
            "model": {"name": "timm/test_resnet"},
            "optimizer": {"name": "adam", "lr": lr},
            "train": {"epochs": epochs},
            "primary": "val/knn_accuracy",
        }
    )


@pytest.mark.long
def test_byol_beats_a_random_encoder(data_root: Path, tmp_path: Path) -> None:
    place = DataPlace((data_root,), tmp_path / "cache", None)
    data = prepare(configured(1e-3, 1).data, place)

    def trained(lr: float, epochs: int) -> Mapping[str, float]:
        folder = tmp_path / f"{epochs} epochs"
        *_, end = fit(configured(lr, epochs), data, seed=0, folder=folder, device="cpu")
        assert isinstance(end, Finished)
        return end.final

    # So small a rate leaves the weights random, but fills the running statistics of batch norm.
    random, learned = trained(1e-12, 2), trained(2e-3, 15)
    assert learned["val/knn_accuracy"] > random["val/knn_accuracy"] + 0.06
    assert learned["test/knn_accuracy"] > random["test/knn_accuracy"] + 0.06
    assert learned["val/projection_std"] > 0.3
