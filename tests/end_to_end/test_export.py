"""From a study that has run to predictions on image files, through the command line."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import ablate
from ablate.data.prepare import prepare
from ablate.data.prepared import Split
from ablate.data.source import SplitName
from ablate.errors import RecordError, UsageError
from ablate.runner.exporting.export import export
from tests.end_to_end.conftest import STUDY, Workplace

SHAPES = """\
study: drawn
task: segmentation
data: {name: shapes, count: 24, side: 48, size: [32, 40], batch_size: 8}
model: {name: vgg16_fcn, stride: 16, width: 0.0625}
optimizer: {name: adam, lr: 2e-3}
train: {epochs: 1}
primary: val/miou
seeds: 1
keep: all
ablations:
  loss: {design: variants, rows: {Dice: {loss: dice}}}
"""
SSL = """\
study: encoders
task: {name: ssl, method: simclr, projector: [16, 8], neighbours: 5}
data: {name: digits, batch_size: 64, train_size: 200, augment: [{random_crop: {padding: 1}}]}
model: {name: basenet, kernel_size: 3, padding: same, channels: [4, 8], hidden: [16]}
optimizer: {name: adam, lr: 1e-3}
train: {epochs: 1}
primary: val/knn_accuracy
seeds: 1
keep: all
ablations:
  rate: {design: one-factor, factors: {optimizer.lr: [1e-2]}}
"""
SCRIPT = """\
study: script
task: {name: command, run: [python, train.py]}
primary: {metric: val/accuracy, direction: max}
params: {depth: 1}
ablations:
  depth: {design: one-factor, factors: {params.depth: [2]}}
"""


def ran(folder: Path, text: str) -> Workplace:
    """A study that has run, in a folder of its own."""
    place = Workplace(folder)
    place.study.write_text(text)
    place.ablate("run", "study.yaml", "--quiet", "--jobs", "1")
    return place


@pytest.fixture(scope="module")
def classes(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    return ran(tmp_path_factory.mktemp("classes"), f"keep: all\n{STUDY}")


@pytest.fixture(scope="module")
def masks(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    return ran(tmp_path_factory.mktemp("masks"), SHAPES)


def opened(place: Workplace) -> ablate.Study:
    return ablate.Study(place.study, store=place.store)


def data_options(place: Workplace) -> Any:
    training = opened(place).plan.example.training
    assert training is not None
    return training.data


def split_of(place: Workplace, name: SplitName) -> Split:
    return prepare(data_options(place), opened(place).place).splits[name]


@pytest.fixture(autouse=True)
def _own_cache(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("classes", "masks"):
        if name in request.fixturenames:
            place: Workplace = request.getfixturevalue(name)
            monkeypatch.setenv("ABLATE_CACHE", place.environment["ABLATE_CACHE"])


def write_images(place: Workplace, split: SplitName) -> Path:
    """The images of a split as PNG files, as the data set has them."""
    folder = place.folder / split
    folder.mkdir(exist_ok=True)
    records = data_options(place).source(opened(place).place).records()
    home = split if any(record.split == split for record in records) else "train"
    wanted = [record for record in records if record.split == home]
    part = split_of(place, split)
    for number, image in enumerate(part.indices.tolist()):
        Image.fromarray(wanted[image].read()).save(folder / f"{number:04d}.png")
    return folder


def test_predictions_reproduce_the_recorded_accuracy(classes: Workplace) -> None:
    said = classes.ablate("export", "study.yaml", "Batch norm", "--out", "model")
    assert "exported Batch norm, seed 0 (run " in said.stdout
    assert "seed 0 is the lowest of the finished seeds 0, 1" in said.stderr
    folder, labels = write_images(classes, "val"), split_of(classes, "val").labels.tolist()
    classes.ablate("predict", "model", str(folder), "--out", "found.csv", "--top", "3")
    rows = list(csv.DictReader(io.StringIO((classes.folder / "found.csv").read_text())))
    assert [Path(row["file"]).stem for row in rows] == [f"{n:04d}" for n in range(len(labels))]
    info = json.loads((classes.folder / "model" / "model.json").read_text())
    hits = sum(row["class"] == info["classes"][k] for row, k in zip(rows, labels, strict=True))
    assert hits == round(info["metrics"]["val/accuracy"] * len(labels))
    assert hits / len(labels) == info["metrics"]["val/accuracy"]
    assert all(1 >= float(r["probability"]) >= float(r["probability_2"]) for r in rows)


def test_the_folder_says_where_it_comes_from(classes: Workplace) -> None:
    exported = export(opened(classes), "baseline", seed=1, out=classes.folder / "base")
    info = json.loads((exported.folder / "model.json").read_text())
    (trial,) = (t for t in opened(classes).results() if t.run_id == info["run"]["id"])
    assert (trial.seed, info["row"]["label"], info["row"]["n"]) == (1, "baseline", 2)
    assert info["metrics"]["val/accuracy"] == trial.metrics["val/accuracy"]
    artifacts = classes.store / "artifacts" / "small" / trial.run_id / "artifacts"
    for name in ("weights.safetensors", "config.yaml"):
        assert (exported.folder / name).read_bytes() == (artifacts / name).read_bytes()
    text = (exported.folder / "README.md").read_text()
    assert "images: (N, 1, 8, 8)" in text
    assert "one seed of 2" in text
    assert sorted(info["files"]) == ["config.yaml", "load.py", "model.pt2", "weights.safetensors"]


def test_an_image_that_cannot_be_read_is_skipped(classes: Workplace, tmp_path: Path) -> None:
    model = export(opened(classes), "baseline", out=tmp_path / "model").folder
    folder = tmp_path / "images"
    folder.mkdir()
    Image.new("RGB", (20, 30), "white").save(folder / "good.png")
    (folder / "bad.png").write_text("no image")
    done = classes.ablate("predict", str(model), str(folder), code=1)
    assert done.stdout.splitlines()[0] == "file,class,probability"
    assert [line.partition(",")[0] for line in done.stdout.splitlines()[1:]] == [
        str(folder / "good.png")
    ]
    assert f"skipped {folder / 'bad.png'}: not an image" in done.stderr
    shown = subprocess.run(
        [sys.executable, "load.py", str(folder / "good.png")],
        cwd=model,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert shown.returncode == 0, shown.stderr
    found = done.stdout.splitlines()[1].split(",")
    assert (
        shown.stdout.splitlines()[0] == f"{found[0]}: {found[1]}: {float(found[2]):.4f} probability"
    )


def test_weights_alone(classes: Workplace, tmp_path: Path) -> None:
    exported = export(opened(classes), "baseline", out=tmp_path / "model", weights_only=True)
    names = sorted(path.name for path in exported.folder.iterdir())
    assert names == ["README.md", "config.yaml", "model.json", "weights.safetensors"]
    done = classes.ablate("predict", str(exported.folder), "study.yaml", code=3)
    assert "it has weights and no program" in done.stderr


def test_a_folder_in_use_is_left_alone(classes: Workplace, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep me")
    with pytest.raises(UsageError, match="exists and is not an empty folder"):
        export(opened(classes), "baseline", out=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.fixture
def weights(classes: Workplace) -> Iterator[Path]:
    """Those of the baseline's first seed, which are mended after the test."""
    run_id = next(t.run_id for t in opened(classes).results() if t.name == "baseline, seed 0")
    path = classes.store / "artifacts" / "small" / run_id / "artifacts" / "weights.safetensors"
    content = path.read_bytes()
    yield path
    path.write_bytes(content)


def test_weights_that_were_not_kept(classes: Workplace, weights: Path, tmp_path: Path) -> None:
    weights.unlink()
    rule = (
        r"weights of baseline, seed 0 \(run \w+\) were not kept\. Seeds that still have theirs: 1 "
    )
    with pytest.raises(RecordError, match=rf"{rule}.*--keep all"):
        export(opened(classes), "baseline", out=tmp_path / "model")
    assert not list(tmp_path.iterdir())


def test_damaged_weights(classes: Workplace, weights: Path, tmp_path: Path) -> None:
    content = weights.read_bytes()
    weights.unlink()  # the trial's own folder has the same file
    weights.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(RecordError, match="are damaged"):
        export(opened(classes), "baseline", out=tmp_path / "model")
    assert not list(tmp_path.iterdir())


@pytest.mark.long
def test_predicted_masks_reproduce_the_recorded_confusion(masks: Workplace) -> None:
    masks.ablate("export", "study.yaml", "Dice", "--out", "model")
    folder = write_images(masks, "test")
    masks.ablate("predict", "model", str(folder), "--out", "found")
    part = split_of(masks, "test")
    assert part.masks is not None
    info = json.loads((masks.folder / "model" / "model.json").read_text())
    count = len(info["classes"])
    cells = np.zeros((count, count), np.int64)
    for number, image in enumerate(part.indices.tolist()):
        with Image.open(masks.folder / "found" / f"{number:04d}.png") as mask:
            np.add.at(cells, (part.masks.original(image), np.asarray(mask)), 1)
    artifacts = masks.store / "artifacts" / "drawn" / info["run"]["id"] / "artifacts"
    recorded = json.loads((artifacts / "confusion" / "test.json").read_text())
    assert np.array_equal(cells, recorded["counts"])
    unions = cells.sum(0) + cells.sum(1) - np.diag(cells)
    assert np.mean(np.diag(cells) / unions) == info["metrics"]["test/miou"]


@pytest.mark.long
def test_masks_have_the_size_of_their_image(masks: Workplace, tmp_path: Path) -> None:
    model = export(opened(masks), "Dice", out=tmp_path / "model").folder
    Image.new("L", (90, 50), 128).save(tmp_path / "photo.jpg")
    said = masks.ablate(
        "predict", str(model), str(tmp_path / "photo.jpg"), "--out", str(tmp_path / "found")
    )
    assert said.stdout == f"predicted 1 image: {tmp_path / 'found'}\n"
    names = sorted(path.name for path in (tmp_path / "found").iterdir())
    assert names == ["classes.csv", "photo.overlay.png", "photo.png"]
    for name in names[1:]:
        with Image.open(tmp_path / "found" / name) as picture:
            assert picture.size == (90, 50)


@pytest.mark.long
def test_the_encoder_of_a_self_supervised_training(tmp_path: Path) -> None:
    place = ran(tmp_path, SSL)
    place.ablate("export", "study.yaml", "baseline", "--out", "encoder")
    info = json.loads((tmp_path / "encoder" / "model.json").read_text())
    assert info["output"] == {"kind": "representation", "shape": ["N", "F"]}
    Image.new("L", (8, 8)).save(tmp_path / "image.png")
    done = place.ablate("predict", "encoder", "image.png", code=2)
    assert "holds an encoder" in done.stderr


def test_a_script_has_nothing_to_export(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("")
    (tmp_path / "study.yaml").write_text(SCRIPT)
    study = ablate.Study(tmp_path / "study.yaml", store=tmp_path / "mlruns")
    with pytest.raises(UsageError, match="runs a script, whose networks and files are its own"):
        export(study)
