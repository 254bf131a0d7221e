from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file
from torch.nn import functional

from ablate.data.prepared import VOID, PreparedData
from ablate.engine import checkpoint
from ablate.engine.fit import fit
from ablate.engine.rehearse import rehearse
from ablate.errors import TrialError
from ablate.files import write_json
from ablate.results import EpochMetrics, Event, Finished
from ablate.spec.config import TrialConfig
from ablate.spec.labels import grouped_labels
from ablate.spec.probe_record import ProbeRecord, read_record

Configure = Callable[..., TrialConfig]


@pytest.fixture(autouse=True)
def _a_checkpoint_every_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint, "SHARE", float("inf"))


def train(config: TrialConfig, data: PreparedData, folder: Path) -> list[Event]:
    return list(fit(config, data, seed=0, folder=folder, device="cpu"))


def interrupted(events: Iterator[Event], epochs: int) -> None:
    """Take events up to that of epoch ``epochs``, and what is written before the next one."""
    for event in events:
        if isinstance(event, EpochMetrics) and event.epoch > epochs:
            break
    events.close()  # type: ignore[attr-defined]


def files(folder: Path) -> dict[str, bytes]:
    """The pictures of a trial by name, and its record without times."""
    probes = folder / "artifacts" / "probes"
    found = {str(p.relative_to(probes)): p.read_bytes() for p in probes.rglob("*.png")}
    return {**found, "probes.json": str(record(folder)).encode()}


def record(folder: Path) -> ProbeRecord:
    found = read_record(folder / "artifacts" / "probes")
    assert found is not None
    return replace(found, stages=tuple(replace(stage, time_ms=0) for stage in found.stages))


def mask(folder: Path, name: str) -> np.ndarray:
    return np.asarray(Image.open(folder / "artifacts" / "probes" / name))


def test_it_keeps_the_wanted_images_at_the_wanted_epochs(
    patches: PreparedData, segmenter: Configure, tmp_path: Path
) -> None:
    probes = {"images": ("field 9", "field 6"), "epochs": ("first", 3, "last"), "errors": True}
    events = train(segmenter(probes=probes), patches, tmp_path)
    kinds = [
        f"epoch-000{epoch}{kind}" for epoch in (1, 3, 4) for kind in ("", "-overlay", "-errors")
    ]
    names = [*kinds, "image", "truth", "truth-overlay"]
    expected = {f"{image}/{name}.png" for image in ("field 6", "field 9") for name in names}
    assert set(files(tmp_path)) == {*expected, "probes.json"}
    found = record(tmp_path)
    assert (found.images, found.classes) == (("field 9", "field 6"), patches.classes)
    assert found.palette == patches.labels.palette
    metrics = {event.epoch: event.metrics for event in events if isinstance(event, EpochMetrics)}
    for stage in found.stages:
        shown = ("val/miou", "val/pixel_accuracy")
        assert stage.metrics == {name: metrics[stage.epoch][name] for name in shown}


def test_truth_and_image_are_those_of_the_data(
    patches: PreparedData, segmenter: Configure, tmp_path: Path
) -> None:
    train(segmenter(train={"epochs": 1}, probes={"images": ("field 7",)}), patches, tmp_path)
    masks = patches.splits["val"].masks
    assert masks is not None
    assert np.array_equal(mask(tmp_path, "field 7/truth.png"), masks.original(7))
    image = mask(tmp_path, "field 7/image.png")
    assert image.shape == (20, 30, 3)
    assert np.abs(image.astype(int).mean() - patches.splits["val"].images[7].mean()) < 5


def test_the_last_mask_is_what_the_saved_weights_predict(
    patches: PreparedData, segmenter: Configure, tmp_path: Path
) -> None:
    config = segmenter(probes={"images": ("field 8",)})
    train(config, patches, tmp_path)
    model = config.model.build(patches.shape, 3)
    model.load_state_dict(load_file(tmp_path / "artifacts" / "weights.safetensors"))
    image = torch.from_numpy(patches.splits["val"].images[8:9]).permute(0, 3, 1, 2) / 255
    with torch.no_grad():
        logits = model.eval()((image - 0.4) / 0.3)
    expected = functional.interpolate(logits, (20, 30), mode="bilinear").argmax(1)[0].numpy()
    found = mask(tmp_path, "field 8/epoch-0004.png")
    assert (found == expected).mean() > 0.995
    assert len(np.unique(found)) > 1


def test_probes_change_nothing_that_is_trained(
    patches: PreparedData, segmenter: Configure, tmp_path: Path
) -> None:
    everything = {"images": 4, "epochs": (1, 2, 3, 4), "errors": True}
    runs = [
        train(segmenter(probes=probes), patches, tmp_path / name)
        for name, probes in (("with", everything), ("without", {"images": 0}))
    ]
    metrics = [[e.metrics for e in run if isinstance(e, EpochMetrics)] for run in runs]
    assert metrics[0] == metrics[1]
    weights = [
        (tmp_path / name / "artifacts" / "weights.safetensors").read_bytes()
        for name in ("with", "without")
    ]
    assert weights[0] == weights[1]
    assert not (tmp_path / "without" / "artifacts" / "probes").exists()


def test_a_resumed_run_leaves_the_same_pictures(
    patches: PreparedData, segmenter: Configure, tmp_path: Path
) -> None:
    config = segmenter(probes={"images": 2, "epochs": ("first", 2, 3, "last"), "errors": True})
    train(config, patches, tmp_path / "whole")
    interrupted(fit(config, patches, seed=0, folder=tmp_path / "parts", device="cpu"), epochs=2)
    assert [stage.epoch for stage in record(tmp_path / "parts").stages] == [1, 2, 3]
    train(config, patches, tmp_path / "parts")
    assert files(tmp_path / "parts") == files(tmp_path / "whole")


def test_pictures_of_epochs_that_are_trained_again_are_forgotten(
    patches: PreparedData, segmenter: Configure, tmp_path: Path
) -> None:
    config = segmenter(probes={"images": 1, "epochs": (1, 3)})
    interrupted(fit(config, patches, seed=0, folder=tmp_path, device="cpu"), epochs=2)
    folder = tmp_path / "artifacts" / "probes"
    found = read_record(folder)
    assert found is not None
    later = found.with_stage(replace(found.stages[0], epoch=9))
    write_json(folder / "probes.json", later.to_plain())
    (picture,) = folder.glob("*/epoch-0001.png")
    for name in ("epoch-0009.png", "epoch-0008-overlay.png"):
        picture.with_name(name).write_bytes(picture.read_bytes())
    train(config, patches, tmp_path)
    assert [stage.epoch for stage in record(tmp_path).stages] == [1, 3]
    assert {p.name for p in folder.glob("*/epoch-*.png")} == {
        f"epoch-000{epoch}{kind}.png" for epoch in (1, 3) for kind in ("", "-overlay")
    }


@pytest.mark.parametrize("damage", [b"", b"{}"], ids=["empty", "foreign"])
def test_a_record_of_something_else_does_not_count(
    patches: PreparedData, segmenter: Configure, tmp_path: Path, damage: bytes
) -> None:
    folder = tmp_path / "artifacts" / "probes"
    (folder / "old").mkdir(parents=True)
    (folder / "old" / "epoch-0001.png").write_bytes(b"")
    (folder / "probes.json").write_bytes(damage)
    train(segmenter(train={"epochs": 1}, probes={"images": 1}), patches, tmp_path)
    assert [stage.epoch for stage in record(tmp_path).stages] == [1]
    assert not (folder / "old").exists()


def test_other_images_begin_anew(
    patches: PreparedData, segmenter: Configure, tmp_path: Path
) -> None:
    first = segmenter(probes={"images": ("field 6",), "epochs": (1, 4)})
    interrupted(fit(first, patches, seed=0, folder=tmp_path, device="cpu"), epochs=2)
    train(segmenter(probes={"images": ("field 7",), "epochs": (1, 4)}), patches, tmp_path)
    assert [stage.epoch for stage in record(tmp_path).stages] == [4]
    assert {name.partition("/")[0] for name in files(tmp_path)} == {"field 7", "probes.json"}


def test_the_last_epoch_is_that_of_early_stopping(
    patches: PreparedData, segmenter: Configure, tmp_path: Path
) -> None:
    config = segmenter(
        train={"epochs": 30, "patience": 2},
        optimizer={"name": "sgd", "lr": 1e-30},
        probes={"images": 1, "epochs": ("last", "middle")},
    )
    end = train(config, patches, tmp_path)[-1]
    assert isinstance(end, Finished)
    ran = end.measured["epochs_run"]
    assert 2 < ran < 15
    assert [stage.epoch for stage in record(tmp_path).stages] == [ran]


def test_ground_truth_outside_the_networks_classes_is_void(
    patches: PreparedData, segmenter: Configure, tmp_path: Path
) -> None:
    groups = {"cold": ("blue",), "warm": ("red",)}
    labels = grouped_labels(patches.labels.source, groups, None, patches.labels.palette)
    config = segmenter(
        data={"name": "shapes", "batch_size": 3, "classes": groups},
        label_spaces={},
        train={"epochs": 1},
        probes={"images": ("field 6",)},
    )
    train(config, replace(patches, labels=labels), tmp_path)
    masks = patches.splits["val"].masks
    assert masks is not None
    expected = np.array([1, VOID, 0, *[VOID] * 253])[masks.original(6)]
    assert np.array_equal(mask(tmp_path, "field 6/truth.png"), expected)
    assert record(tmp_path).classes == ("cold", "warm")
    assert set(np.unique(mask(tmp_path, "field 6/epoch-0001.png"))) <= {0, 1}


def test_an_unknown_image_ends_the_trial_before_it_trains(
    patches: PreparedData, segmenter: Configure, tmp_path: Path
) -> None:
    config = segmenter(probes={"images": ("field 1", "filed 8")})
    message = (
        r"probes.images: val has no image 'field 1'\. .*; "
        r"val has no image 'filed 8'\. Did you mean 'field 8'"
    )
    with pytest.raises(TrialError, match=message):
        next(fit(config, patches, seed=0, folder=tmp_path, device="cpu"))
    with pytest.raises(TrialError, match=message):
        rehearse(config, patches, seed=0, device="cpu")


def test_images_without_names_are_called_by_their_place(
    patches: PreparedData, segmenter: Configure, tmp_path: Path
) -> None:
    splits: Any = {name: replace(split, names=()) for name, split in patches.splits.items()}
    data = replace(patches, splits=splits)
    train(segmenter(train={"epochs": 1}, probes={"images": 2}), data, tmp_path)
    assert record(tmp_path).images == ("0001", "0003")


def test_classification_has_no_probes(
    stripes: PreparedData, configure: Configure, tmp_path: Path
) -> None:
    train(configure(train={"epochs": 1}), stripes, tmp_path)
    assert not (tmp_path / "artifacts" / "probes").exists()
