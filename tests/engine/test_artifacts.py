from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from ablate.engine.artifacts import (
    copy_weights,
    write_architecture,
    write_predictions,
    write_weights,
)
from ablate.metrics.confusion import ConfusionMatrix
from ablate.metrics.counts import Counts
from ablate.spec.labels import grouped_labels, plain_labels
from ablate.spec.values import ImageShape


def test_weights_are_a_plain_state_dict(tmp_path: Path) -> None:
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4))
    model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    write_weights(tmp_path, {"weights": copy_weights(model)})
    loaded = load_file(tmp_path / "weights.safetensors")
    assert loaded.keys() == model.state_dict().keys()
    assert all(torch.equal(value, loaded[name]) for name, value in model.state_dict().items())


def test_a_tied_weight_is_stored_under_both_names(tmp_path: Path) -> None:
    model = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    model[1].weight = model[0].weight
    write_weights(tmp_path, {"weights": copy_weights(model)})
    assert {"0.weight", "1.weight"} < load_file(tmp_path / "weights.safetensors").keys()


def test_copied_weights_do_not_follow_the_model() -> None:
    model = nn.Linear(2, 2)
    copied = copy_weights(model)
    with torch.no_grad():
        model.weight.add_(1)
    assert not torch.equal(copied["weight"], model.weight)


def test_the_architecture_is_written_for_people_and_for_programs(tmp_path: Path) -> None:
    model = nn.Sequential(nn.Flatten(), nn.Linear(12, 2))
    write_architecture(tmp_path, model, ImageShape(channels=3, height=2, width=2))
    assert (tmp_path / "model.txt").read_text() == f"{model}\n"
    assert "| 1 | Linear | 2 | 26 | 0 |" in (tmp_path / "architecture.md").read_text()
    rows = json.loads((tmp_path / "architecture.json").read_text())
    assert [row["parameters"] for row in rows] == [0, 26]


def test_predictions_of_images(tmp_path: Path) -> None:
    counts = Counts(ConfusionMatrix(np.array([[3, 1], [0, 0]])), 4, 1.0)
    write_predictions(tmp_path, {"val": counts}, plain_labels(["cat", "dog"]))
    written = json.loads((tmp_path / "confusion" / "val.json").read_text())
    assert written == {"classes": ["cat", "dog"], "counts": [[3, 1], [0, 0]]}
    text = (tmp_path / "per_class" / "val.csv").read_text()
    assert text == "class,images,accuracy,precision,f1\ncat,4,0.75,1,0.857143\ndog,0,,0,0\n"


@pytest.mark.parametrize("pixel_ap", [None, np.array([0.25, np.nan])], ids=["none", "pixel AP"])
def test_predictions_of_pixels_keep_the_data_sets_own_classes(
    tmp_path: Path, pixel_ap: np.ndarray | None
) -> None:
    labels = grouped_labels(["car", "bus", "sky"], {"vehicle": ("car", "bus"), "sky": ("sky",)})
    source = np.array([[6 * 10**9, 0], [0, 2 * 10**9], [0, 0]])
    matrix = ConfusionMatrix(np.array([[6 * 10**9, 2 * 10**9], [0, 0]]))
    counts = Counts(matrix, 4, 1.0, source=source, pixel_ap=pixel_ap)
    write_predictions(tmp_path, {"test": counts}, labels)
    assert json.loads((tmp_path / "confusion" / "test.json").read_text()) == {
        "classes": ["vehicle", "sky"],
        "counts": matrix.counts.tolist(),
        "source_classes": ["car", "bus", "sky"],
        "source_counts": source.tolist(),
    }
    first = "0.25" if pixel_ap is not None else ""
    assert (tmp_path / "per_class" / "test.csv").read_text().splitlines() == [
        "class,pixels,iou,dice,accuracy,precision,pixel_ap",
        f"vehicle,8000000000,0.75,0.857143,0.75,1,{first}",
        "sky,0,0,0,,0,",
    ]
