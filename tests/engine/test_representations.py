from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from ablate.data.prepared import PreparedData
from ablate.engine import checkpoint
from ablate.engine.assemble import assemble
from ablate.engine.fit import fit
from ablate.engine.rehearse import rehearse
from ablate.engine.representations import represent
from ablate.errors import TrialError
from ablate.registry import overlay
from ablate.results import EpochMetrics, Event, Finished
from ablate.spec.config import TrialConfig
from ablate.spec.representation_record import RepresentationRecord, read_representations
from ablate.spec.sections import ModelOptions, RepresentationOptions
from ablate.spec.values import ImageShape

Configure = Callable[..., TrialConfig]
QUICK = {"methods": ("pca",), "images": 40}


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


def place(folder: Path) -> Path:
    return folder / "artifacts" / "representations"


def files(folder: Path) -> dict[str, bytes]:
    """The files of a trial by name, and its record without times."""
    found = {path.name: path.read_bytes() for path in place(folder).glob("*.npz")}
    return {**found, "record": str(record(folder)).encode()}


def record(folder: Path) -> RepresentationRecord:
    found = read_representations(place(folder))
    assert found is not None
    return replace(found, epochs=tuple(replace(kept, time_ms=0) for kept in found.epochs))


def features(folder: Path, epoch: int) -> np.ndarray:
    with np.load(place(folder) / f"epoch-{epoch:04d}.npz", allow_pickle=False) as file:
        kept: np.ndarray = file["features"]
    return kept


def test_it_keeps_the_wanted_epochs_with_their_numbers(
    stripes: PreparedData, configure: Configure, tmp_path: Path
) -> None:
    events = train(configure(representations={}), stripes, tmp_path)
    expected = {"epoch-0001.npz", "epoch-0002.npz", "epoch-0004.npz", "points.npz", "record"}
    assert set(files(tmp_path)) == expected
    found = record(tmp_path)
    assert (len(found.images), found.width, found.head) == (100, 16, "fc2")
    metrics = {event.epoch: event.metrics for event in events if isinstance(event, EpochMetrics)}
    for kept in found.epochs:
        assert kept.metrics == {"val/accuracy": metrics[kept.epoch]["val/accuracy"]}
    first, *_, last = found.epochs
    assert first.knn_accuracy is not None
    assert last.knn_accuracy is not None
    assert last.knn_accuracy >= first.knn_accuracy
    assert last.silhouette is not None
    assert first.silhouette is not None
    assert last.silhouette > first.silhouette
    with np.load(place(tmp_path) / "points.npz", allow_pickle=False) as points:
        assert points["tsne-0004"].shape == points["pca-0001"].shape == (100, 2)


def test_features_are_what_the_head_is_given_with_the_saved_weights(
    stripes: PreparedData, configure: Configure, tmp_path: Path
) -> None:
    config = configure(representations=QUICK)
    train(config, stripes, tmp_path)
    model = config.model.build(stripes.shape, 6)
    model.load_state_dict(load_file(tmp_path / "artifacts" / "weights.safetensors"))
    found, split = record(tmp_path), stripes.splits["val"]
    rows = split.indices[list(found.indices)]
    assert len(rows) == 40
    images = torch.from_numpy(split.images[rows]).permute(0, 3, 1, 2) / 255
    with torch.no_grad():
        logits = model.eval()((images - 0.3) / 0.2)
    (head,) = (module for name, module in model.named_modules() if name == found.head)
    assert isinstance(head, nn.Linear)
    kept = torch.from_numpy(features(tmp_path, 4))
    assert torch.allclose(head(kept), logits, atol=1e-4)
    assert found.labels == tuple(split.labels[list(found.indices)])
    with np.load(place(tmp_path) / "epoch-0004.npz", allow_pickle=False) as file:
        assert tuple(file["labels"]) == found.labels
        assert tuple(file["images"]) == found.images


def test_they_change_nothing_that_is_trained(
    stripes: PreparedData, configure: Configure, tmp_path: Path
) -> None:
    sections = {"with": {**QUICK, "epochs": (1, 2, 3, 4)}, "without": None}
    runs = [
        train(configure(representations=options), stripes, tmp_path / name)
        for name, options in sections.items()
    ]
    metrics = [[e.metrics for e in run if isinstance(e, EpochMetrics)] for run in runs]
    assert metrics[0] == metrics[1]
    with_them, without = (
        (tmp_path / name / "artifacts" / "weights.safetensors").read_bytes() for name in sections
    )
    assert with_them == without
    assert not place(tmp_path / "without").exists()


def test_a_resumed_run_leaves_the_same_files(
    stripes: PreparedData, configure: Configure, tmp_path: Path
) -> None:
    config = configure(representations={"images": 30, "epochs": ("first", 2, 3, "last")})
    train(config, stripes, tmp_path / "whole")
    interrupted(fit(config, stripes, seed=0, folder=tmp_path / "parts", device="cpu"), epochs=2)
    assert [kept.epoch for kept in record(tmp_path / "parts").epochs] == [1, 2, 3]
    train(config, stripes, tmp_path / "parts")
    assert files(tmp_path / "parts") == files(tmp_path / "whole")


def test_what_was_kept_of_later_epochs_is_forgotten(
    stripes: PreparedData, configure: Configure, tmp_path: Path
) -> None:
    config = configure(representations={**QUICK, "epochs": (1, "last")})
    interrupted(fit(config, stripes, seed=0, folder=tmp_path, device="cpu"), epochs=2)
    for name in ("epoch-0009.npz", "points.npz"):
        (place(tmp_path) / name).write_bytes(b"of another time")
    interrupted(fit(config, stripes, seed=0, folder=tmp_path, device="cpu"), epochs=2)
    assert set(files(tmp_path)) == {"epoch-0001.npz", "record"}


@pytest.mark.parametrize("later", [None, {"images": 20, "methods": ("pca",)}])
def test_other_options_begin_anew(
    stripes: PreparedData, configure: Configure, tmp_path: Path, later: Any
) -> None:
    first = configure(representations={**QUICK, "epochs": (1, "last")})
    interrupted(fit(first, stripes, seed=0, folder=tmp_path, device="cpu"), epochs=2)
    train(configure(representations=later), stripes, tmp_path)
    if later is None:
        assert not place(tmp_path).exists()
    else:
        assert [kept.epoch for kept in record(tmp_path).epochs] == [4]


def test_a_damaged_record_does_not_count(
    stripes: PreparedData, configure: Configure, tmp_path: Path
) -> None:
    place(tmp_path).mkdir(parents=True)
    (place(tmp_path) / "representations.json").write_text("{}")
    train(configure(train={"epochs": 1}, representations=QUICK), stripes, tmp_path)
    assert [kept.epoch for kept in record(tmp_path).epochs] == [1]


def test_the_last_epoch_is_that_of_early_stopping(
    stripes: PreparedData, configure: Configure, tmp_path: Path
) -> None:
    config = configure(
        train={"epochs": 30, "patience": 2},
        optimizer={"name": "sgd", "lr": 1e-30},
        representations={**QUICK, "epochs": ("last", "middle")},
    )
    end = train(config, stripes, tmp_path)[-1]
    assert isinstance(end, Finished)
    assert 2 < end.measured["epochs_run"] < 15
    assert [kept.epoch for kept in record(tmp_path).epochs] == [end.measured["epochs_run"]]


def test_maps_of_features_are_averaged(stripes: PreparedData, configure: Configure) -> None:
    trainer = assemble(configure(), stripes, seed=0, device="cpu")
    images = replace(stripes.splits["val"], indices=np.arange(5), labels=np.zeros(5, np.int64))
    maps: list[torch.Tensor] = []
    first = next(name for name, m in trainer.model.named_modules() if isinstance(m, nn.BatchNorm2d))
    module = trainer.model.get_submodule(first)
    module.register_forward_pre_hook(lambda _, given: maps.append(given[0]))
    found = represent(trainer, images, first, 2)
    assert [len(one) for one in maps] == [2, 2, 1]
    assert np.allclose(found, torch.cat(maps).mean((2, 3)), atol=1e-6)


class OddOptions(ModelOptions):
    """A linear network whose head is said to be ``named``."""

    name: Literal["odd"] = "odd"
    named: tuple[str, ...] = ()
    width: int = 3
    tasks: ClassVar[tuple[str, ...]] = ("classification",)

    def build(self, shape: ImageShape, num_classes: int) -> nn.Module:
        pixels = shape.channels * shape.height * shape.width
        net = nn.Sequential(
            nn.Flatten(), nn.Linear(pixels, self.width), nn.Linear(self.width, num_classes)
        )
        net[0].register_module("idle", nn.Linear(3, num_classes))
        return net

    def head(self, net: nn.Module) -> tuple[str, ...]:
        return self.named


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, r"model 'odd' names none as its head\. Let its options' head\(\) name"),
        ({"named": ("fc",)}, r"model 'odd' names 'fc', which is no module of it"),
        ({"named": ("0.idle",)}, r"the head '0.idle' of model 'odd' is given no image"),
        ({"named": ("2",), "width": 1}, r"the head '2' of model 'odd' is given 1 number an image"),
    ],
)
def test_a_network_without_a_head_ends_the_trial_before_it_trains(
    stripes: PreparedData,
    configure: Configure,
    tmp_path: Path,
    options: dict[str, Any],
    message: str,
) -> None:
    with overlay({("model", "odd"): OddOptions}):
        config = configure(model={"name": "odd", **options}, representations=QUICK)
    with pytest.raises(TrialError, match=message):
        next(fit(config, stripes, seed=0, folder=tmp_path, device="cpu"))
    with pytest.raises(TrialError, match=message):
        rehearse(config, stripes, seed=0, device="cpu")


def test_too_few_images_end_the_trial_before_it_trains(
    stripes: PreparedData, configure: Configure, tmp_path: Path
) -> None:
    val = stripes.splits["val"]
    few = replace(val, indices=val.indices[:4], labels=val.labels[:4])
    data = replace(stripes, splits={**stripes.splits, "val": few})
    config = configure(representations=RepresentationOptions().model_dump())
    with pytest.raises(TrialError, match="at least 10 images in val, and there are 4"):
        next(fit(config, data, seed=0, folder=tmp_path, device="cpu"))
