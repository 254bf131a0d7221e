from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from sklearn import metrics as reference

from ablate.data.overlap import hash_order
from ablate.data.place import DataPlace
from ablate.data.prepare import prepare
from ablate.data.prepared import PreparedData
from ablate.engine import finish as finish_module
from ablate.engine.fit import fit
from ablate.errors import Diverged, TrialError
from ablate.outcomes import SplitOutcomes
from ablate.results import EpochMetrics, Event, Finished, Started
from ablate.spec.config import TrialConfig

Configure = Callable[..., TrialConfig]


def train(config: TrialConfig, data: PreparedData, folder: Path, **options: Any) -> list[Event]:
    return list(fit(config, data, folder=folder, **{"seed": 0, "device": "cpu", **options}))


def finished(events: list[Event]) -> Finished:
    last = events[-1]
    assert isinstance(last, Finished)
    return last


def epochs(events: list[Event]) -> list[EpochMetrics]:
    return [event for event in events if isinstance(event, EpochMetrics)]


def predictions(config: TrialConfig, data: PreparedData, folder: Path, split: str) -> np.ndarray:
    """What the saved weights predict, computed without the engine."""
    model = config.model.build(data.shape, data.num_classes)
    model.load_state_dict(load_file(folder / "artifacts" / "weights.safetensors"))
    model.eval()
    part, scale = data.splits[split], data.normalization
    image = torch.from_numpy(part.images[part.indices]).permute(0, 3, 1, 2) / 255
    with torch.no_grad():
        logits = model((image - scale.mean[0]) / scale.std[0])
    return logits.argmax(1).numpy()


def test_it_learns_and_tells(stripes: PreparedData, configure: Configure, tmp_path: Path) -> None:
    events = train(configure(train={"epochs": 12}), stripes, tmp_path)
    started = events[0]
    assert isinstance(started, Started)
    assert (started.epochs, started.device, started.parameters) == (12, "cpu", 606)
    assert [event.epoch for event in epochs(events)] == list(range(1, 13))
    end = finished(events)
    assert end.final["test/accuracy"] > 0.9
    assert end.classes == stripes.classes
    assert end.measured["epochs_run"] == 12
    assert end.measured["stopped_early"] == 0
    assert end.measured["parameters"] == 606
    assert end.measured["images_per_s"] > 0
    assert 0 < end.measured["train_duration_s"] < end.measured["duration_s"]
    assert end.measured["peak_memory_bytes"] > 2**20


def test_the_names_of_metrics(stripes: PreparedData, configure: Configure, tmp_path: Path) -> None:
    events = train(configure(train={"epochs": 1}), stripes, tmp_path)
    train_names = {"loss", "accuracy", "mean_class_accuracy", "macro_f1"}
    val = {f"val/{name}" for name in (*train_names, "top5_accuracy")}
    recorded = {f"train/{name}" for name in train_names} | val
    assert set(epochs(events)[0].metrics) == recorded | {"lr"}
    assert set(finished(events).best) == val
    by_class = {f"{s}/accuracy/{c}" for s in ("val", "test") for c in stripes.classes}
    test = {name.replace("val/", "test/") for name in val}
    assert set(finished(events).final) == recorded | test | by_class


def test_final_metrics_are_those_of_the_saved_weights(
    stripes: PreparedData, configure: Configure, tmp_path: Path
) -> None:
    config = configure()
    end = finished(train(config, stripes, tmp_path))
    for split in ("val", "test"):
        truth = stripes.splits[split].labels
        predicted = predictions(config, stripes, tmp_path, split)
        expected = {
            "accuracy": reference.accuracy_score(truth, predicted),
            "macro_f1": reference.f1_score(truth, predicted, average="macro"),
            "mean_class_accuracy": reference.balanced_accuracy_score(truth, predicted),
            "accuracy/b": (predicted[truth == 1] == 1).mean(),
        }
        for name, value in expected.items():
            assert end.final[f"{split}/{name}"] == pytest.approx(value)
        file = tmp_path / "artifacts" / "confusion" / f"{split}.json"
        confusion = reference.confusion_matrix(truth, predicted, labels=range(6)).tolist()
        assert json.loads(file.read_text()) == {
            "classes": list(stripes.classes),
            "counts": confusion,
        }


def test_it_leaves_its_files_and_no_checkpoints(
    stripes: PreparedData, configure: Configure, tmp_path: Path
) -> None:
    end = finished(train(configure(), stripes, tmp_path))
    files = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert files == {
        "artifacts/architecture.json",
        "artifacts/architecture.md",
        "artifacts/confusion/test.json",
        "artifacts/confusion/val.json",
        "artifacts/model.txt",
        "artifacts/normalization.json",
        "artifacts/per_class/test.csv",
        "artifacts/per_class/val.csv",
        "artifacts/per_image/test.npz",
        "artifacts/per_image/val.npz",
        "artifacts/weights.safetensors",
    }
    assert not (tmp_path / "checkpoints").exists()
    with (tmp_path / "artifacts" / "per_class" / "test.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert [row["class"] for row in rows] == list(stripes.classes)
    assert float(rows[1]["accuracy"]) == pytest.approx(end.final["test/accuracy/b"], abs=1e-5)
    assert sum(int(row["images"]) for row in rows) == 100


def test_what_became_of_each_image_is_that_of_the_chosen_checkpoint(
    stripes: PreparedData, configure: Configure, tmp_path: Path
) -> None:
    train_options = {"epochs": 3, "checkpoint": "best"}
    end = finished(train(configure(train=train_options), stripes, tmp_path))
    for split in ("val", "test"):
        content = (tmp_path / "artifacts" / "per_image" / f"{split}.npz").read_bytes()
        kept = SplitOutcomes.from_npz(content)
        part = stripes.splits[split]
        assert kept.outcomes.true.tolist() == part.labels.tolist()
        right = kept.outcomes.true == kept.outcomes.predicted
        assert right.mean() == pytest.approx(end.final[f"{split}/accuracy"])
        assert kept.fingerprint == hash_order(part)


def test_running_train_metrics_are_those_of_the_epoch(
    stripes: PreparedData, configure: Configure, tmp_path: Path
) -> None:
    # A rate too small to change anything, and nothing random: training scores as evaluating does.
    config = configure(
        model={"name": "basenet", "channels": (4,), "kernel_size": 3, "hidden": ()},
        optimizer={"name": "sgd", "lr": 1e-30},
        train={"epochs": 1},
    )
    final = finished(train(config, stripes, tmp_path)).final
    predicted = predictions(config, stripes, tmp_path, "train")
    truth = stripes.splits["train"].labels
    assert final["train/accuracy"] == pytest.approx(reference.accuracy_score(truth, predicted))
    macro = reference.f1_score(truth, predicted, average="macro", zero_division=0)
    assert final["train/macro_f1"] == pytest.approx(macro)


def test_same_seed_same_run_other_seed_other_run(
    stripes: PreparedData, configure: Configure, tmp_path: Path
) -> None:
    folders = [tmp_path / name for name in ("first", "again", "other")]
    runs = [
        train(configure(), stripes, folder, seed=seed)
        for folder, seed in zip(folders, (0, 0, 1), strict=True)
    ]
    first, again, other = ([event.metrics for event in epochs(run)] for run in runs)
    assert first == again
    assert first != other
    weights = [(folder / "artifacts" / "weights.safetensors").read_bytes() for folder in folders]
    assert weights[0] == weights[1] != weights[2]


def test_the_test_split_is_evaluated_once(
    stripes: PreparedData,
    configure: Configure,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[str] = []
    original = finish_module.evaluate

    def noting(trainer: Any, data: PreparedData, split: Any) -> Any:
        seen.append(split)
        return original(trainer, data, split)

    monkeypatch.setattr("ablate.engine.finish.evaluate", noting)
    monkeypatch.setattr("ablate.engine.epochs.evaluate", noting)
    train(configure(train={"epochs": 3, "checkpoint": "best"}), stripes, tmp_path)
    assert seen == ["val", "val", "val", "test"]


@pytest.mark.parametrize(("metric", "better"), [("val/accuracy", max), ("val/loss", min)])
def test_checkpoint_best_is_the_best_epoch(
    stripes: PreparedData,
    configure: Configure,
    tmp_path: Path,
    metric: str,
    better: Callable[[list[float]], float],
) -> None:
    config = configure(
        optimizer={"name": "adam", "lr": 0.3},
        train={"epochs": 8, "checkpoint": "best"},
        primary=metric,
    )
    events = train(config, stripes, tmp_path)
    values = [event.metrics[metric] for event in epochs(events)]
    best_epoch = values.index(better(values)) + 1
    assert best_epoch < 8, "the case shows nothing when the last epoch is the best"
    end = finished(events)
    assert end.measured["best_epoch"] == best_epoch
    assert end.best[metric] == end.final[metric] == better(values)
    assert end.final["train/loss"] == epochs(events)[best_epoch - 1].metrics["train/loss"]
    predicted = predictions(config, stripes, tmp_path, "val")
    accuracy = reference.accuracy_score(stripes.splits["val"].labels, predicted)
    assert end.final["val/accuracy"] == pytest.approx(accuracy)


def test_the_best_epoch_of_every_metric_is_measured(
    stripes: PreparedData, configure: Configure, tmp_path: Path
) -> None:
    config = configure(optimizer={"name": "adam", "lr": 0.3}, train={"epochs": 6})
    events = train(config, stripes, tmp_path)
    end = finished(events)
    measured = {name: int(value) for name, value in end.measured.items() if "/" in name}
    assert set(measured) == {f"best_epoch/{name}" for name in end.best}
    for name, value in end.best.items():
        values = [event.metrics[name] for event in epochs(events)]
        assert measured[f"best_epoch/{name}"] == values.index(value) + 1
    assert len(set(measured.values())) > 1


def test_how_many_classes_a_mean_iou_averages(
    patches: PreparedData, segmenter: Configure, tmp_path: Path
) -> None:
    end = finished(train(segmenter(train={"epochs": 2}), patches, tmp_path))
    averaged = {name: value for name, value in end.measured.items() if "averaged" in name}
    for split in ("val", "test"):
        ious = [f"{split}/iou/{name}" for name in patches.classes]
        defined = [end.final[name] for name in ious if name in end.final]
        assert end.final[f"{split}/miou"] == pytest.approx(np.mean(defined))
        assert averaged.pop(f"averaged_classes/{split}") == len(defined)
        assert averaged.pop(f"averaged_classes/{split}@two") == 2
    assert not averaged
    assert end.measured["best_epoch/val/miou@two"] in (1, 2)


def test_checkpoint_last_is_the_last_epoch(
    stripes: PreparedData, configure: Configure, tmp_path: Path
) -> None:
    config = configure(optimizer={"name": "adam", "lr": 0.3}, train={"epochs": 8})
    events = train(config, stripes, tmp_path)
    last = epochs(events)[-1].metrics
    end = finished(events)
    assert {name: end.final[name] for name in last if name != "lr"} == {
        name: value for name, value in last.items() if name != "lr"
    }
    assert end.best["val/accuracy"] > end.final["val/accuracy"]


def test_it_stops_when_nothing_gets_better(
    stripes: PreparedData, configure: Configure, tmp_path: Path
) -> None:
    config = configure(
        optimizer={"name": "sgd", "lr": 1e-30},
        model={"name": "basenet", "channels": (4,), "kernel_size": 3, "hidden": ()},
        train={"epochs": 30, "patience": 3},
    )
    end = finished(train(config, stripes, tmp_path))
    assert end.measured["epochs_run"] == 4
    assert end.measured["best_epoch"] == 1
    assert end.measured["stopped_early"] == 1


def test_a_loss_that_is_no_number_ends_the_trial(
    stripes: PreparedData, configure: Configure, tmp_path: Path
) -> None:
    config = configure(
        model={"name": "basenet", "channels": (4,), "kernel_size": 3, "hidden": (8,)},
        optimizer={"name": "sgd", "lr": 1e20},
    )
    with pytest.raises(Diverged, match=r"loss became (nan|infinite) in epoch 1"):
        train(config, stripes, tmp_path)


def test_the_metric_of_one_class_can_be_monitored(
    stripes: PreparedData, configure: Configure, tmp_path: Path
) -> None:
    config = configure(
        primary="test/accuracy/f", train={"epochs": 3, "checkpoint": "best", "patience": 3}
    )
    events = train(config, stripes, tmp_path)
    values = [event.metrics["val/accuracy/f"] for event in epochs(events)]
    assert finished(events).final["val/accuracy/f"] == max(values)


@pytest.mark.parametrize(
    ("primary", "message"),
    [
        ("val/accuracy/g", r"has no 'accuracy/g'. Did you mean 'accuracy/"),
    ],
)
def test_a_primary_metric_that_is_not_recorded_is_refused(
    stripes: PreparedData, configure: Configure, tmp_path: Path, primary: str, message: str
) -> None:
    with pytest.raises(TrialError, match=message):
        train(configure(primary=primary), stripes, tmp_path)


def test_a_set_without_test_images(
    stripes: PreparedData, configure: Configure, tmp_path: Path
) -> None:
    parts = {name: stripes.splits[name] for name in ("train", "val")}
    data = PreparedData(
        stripes.name, "1" * 32, stripes.labels, stripes.shape, parts, stripes.normalization
    )
    end = finished(train(configure(train={"epochs": 1}), data, tmp_path))
    assert not [name for name in end.final if name.startswith("test/")]
    with pytest.raises(TrialError, match="has no split 'test'"):
        train(configure(primary="test/accuracy"), data, tmp_path)


def test_progress_reaches_the_end_of_every_epoch(
    stripes: PreparedData, configure: Configure, tmp_path: Path
) -> None:
    calls: list[tuple[int, int, int, float]] = []
    train(
        configure(train={"epochs": 2}),
        stripes,
        tmp_path,
        progress=lambda *call: calls.append(call),
    )
    assert {(epoch, batch) for epoch, batch, _, _ in calls} >= {(1, 8), (2, 8)}
    assert {batches for _, _, batches, _ in calls} == {8}


@pytest.mark.parametrize(
    "train_options", [{"precision": "bf16"}, {"clip_norm": 0.1}], ids=lambda item: next(iter(item))
)
def test_options_that_change_arithmetic_change_the_result_and_still_learn(
    stripes: PreparedData, configure: Configure, tmp_path: Path, train_options: dict[str, Any]
) -> None:
    plain = finished(train(configure(train={"epochs": 12}), stripes, tmp_path / "plain"))
    config = configure(train={"epochs": 12, **train_options})
    end = finished(train(config, stripes, tmp_path / "other"))
    assert end.final["test/loss"] != plain.final["test/loss"]
    assert end.final["test/accuracy"] > 0.8


def test_the_rate_is_that_of_the_epochs_start(
    stripes: PreparedData, configure: Configure, tmp_path: Path
) -> None:
    config = configure(scheduler={"name": "step", "step_size": 1, "gamma": 0.5})
    events = train(config, stripes, tmp_path)
    rates = [event.metrics["lr"] for event in epochs(events)]
    assert rates == pytest.approx([0.01, 0.005, 0.0025, 0.00125])


def test_plateau_sees_larger_as_better_for_a_loss(
    stripes: PreparedData, configure: Configure, tmp_path: Path
) -> None:
    # The loss falls every epoch, so that the rate must stay.
    config = configure(
        optimizer={"name": "adam", "lr": 0.003},
        scheduler={"name": "plateau", "patience": 1},
        primary="val/loss",
    )
    events = train(config, stripes, tmp_path)
    assert {event.metrics["lr"] for event in epochs(events)} == {0.003}


def test_basenet_learns_handwritten_digits(configure: Configure, tmp_path: Path) -> None:
    config = configure(
        data={"name": "digits", "batch_size": 64},
        model={
            "name": "basenet",
            "channels": (16, 32),
            "kernel_size": 3,
            "padding": "same",
            "hidden": (64,),
        },
        train={"epochs": 6},
    )
    data = prepare(config.data, DataPlace((), tmp_path / "cache", None))
    end = finished(train(config, data, tmp_path))
    assert end.final["val/accuracy"] > 0.9
