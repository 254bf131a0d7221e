"""That segmentation learns what images show, and not only where classes usually are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from ablate.data.place import DataPlace
from ablate.data.prepare import prepare
from ablate.data.prepared import PreparedData
from ablate.engine.fit import fit
from ablate.metrics.mask_tally import MaskTally
from ablate.results import Finished
from ablate.spec.config import TrialConfig

LONG, SHORT = 10, 2
STREETS = {"name": "camvid", "size": (90, 120), "batch_size": 8}
SHAPES = {"name": "shapes", "count": 96, "side": 32, "batch_size": 8}


def configured(data: Mapping[str, Any], epochs: int) -> TrialConfig:
    return TrialConfig.model_validate(
        {
            "task": {"name": "segmentation", "pixel_ap": False},
            "data": data,
            "model": {"name": "fcn8s", "encoder": "timm/resnet10t", "width": 0.125},
            "loss": {"name": "cross_entropy"},
            "optimizer": {"name": "adam", "lr": 2e-3},
            "scheduler": {"name": "constant"},
            "train": {"epochs": epochs},
            "primary": "val/miou",
            "probes": {"images": 0},
        }
    )


def trained(folder: Path, options: Mapping[str, Any], data: PreparedData, epochs: int) -> float:
    """The mIoU on val after some epochs."""
    *_, end = fit(configured(options, epochs), data, seed=0, folder=folder, device="cpu")
    assert isinstance(end, Finished)
    return end.final["val/miou"]


def constant_scores(data: PreparedData, predicted: np.ndarray) -> float:
    """The mIoU on val of one mask (H, W) that is predicted for every image."""
    val = data.splits["val"]
    assert val.masks is not None
    logits = torch.nn.functional.one_hot(torch.from_numpy(predicted), data.num_classes)
    tally = MaskTally(data.labels, "cpu", scores=False)
    for image in val.indices.tolist():
        truth = torch.from_numpy(val.masks.original(image).copy())
        target = torch.zeros(1, *predicted.shape, dtype=torch.int64)
        planes = logits.permute(2, 0, 1).unsqueeze(0).float()
        tally.add(planes, target, torch.tensor(0.0), [truth])
    return tally.compute().confusion.mean_iou()


def usual_mask(data: PreparedData) -> np.ndarray:
    """(H, W): the class that each place has most often in the training masks."""
    train = data.splits["train"]
    assert train.masks is not None
    masks = train.masks.resized[train.indices]
    counts = np.stack([(masks == label).sum(axis=0) for label in range(data.num_classes)])
    return counts.argmax(axis=0)


def shuffled(data: PreparedData) -> PreparedData:
    """The training images with each other's masks."""
    train = data.splits["train"]
    assert train.masks is not None
    resized = train.masks.resized.copy()
    resized[train.indices] = resized[np.random.default_rng(0).permutation(train.indices)]
    other = replace(train, masks=replace(train.masks, resized=resized))
    return replace(data, splits={**data.splits, "train": other})


def check_learning(options: Mapping[str, Any], data: PreparedData, folder: Path) -> None:
    """A network beats what needs no look at the images, learns more in more time, and nothing from wrong masks."""
    shape = (data.shape.height, data.shape.width)
    majority = constant_scores(data, np.full(shape, data.class_counts("train").argmax()))
    usual = constant_scores(data, usual_mask(data))
    short = trained(folder / "short", options, data, SHORT)
    long = trained(folder / "long", options, data, LONG)
    wrong = trained(folder / "wrong", options, shuffled(data), LONG)
    assert majority <= usual
    assert short < long - 0.02, "training longer helps"
    assert long > usual + 0.1, "it sees more than where classes usually are"
    assert wrong < usual + 0.05, "masks of other images teach where classes are, and nothing else"


@pytest.mark.long
def test_a_network_learns_shapes(tmp_path: Path) -> None:
    place = DataPlace((), tmp_path / "cache", None)
    data = prepare(configured(SHAPES, 1).data, place)
    check_learning(SHAPES, data, tmp_path)


@pytest.mark.long
def test_a_small_network_learns_streets(data_root: Path, tmp_path: Path) -> None:
    place = DataPlace((data_root,), tmp_path / "cache", None)
    data = prepare(configured(STREETS, 1).data, place)
    check_learning(STREETS, data, tmp_path)
