"""Segmentation from the study file to the table, the artifacts and MLflow."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

import numpy as np
import pytest
from mlflow.tracking import MlflowClient
from PIL import Image
from sklearn.metrics import confusion_matrix, jaccard_score

import ablate

from .conftest import Workplace
from .test_running import wait_for_an_epoch

STUDY = """\
study: figures
task: segmentation
data: {name: shapes, count: 48, side: 32, batch_size: 8, augment: [random_horizontal_flip]}
model: {name: vgg16_fcn, stride: 8, batch_norm: true, width: 0.0625}
loss: {name: sum, terms: [cross_entropy, dice]}
optimizer: {name: adam, lr: 3e-3}
train: {epochs: 3}
primary: val/miou
seeds: 2
columns: [val/pixel_ap / val/pixel_accuracy]
label_spaces:
  two: {ground: [background], figure: [circle, square, triangle]}
probes: {images: 2, epochs: [first, last], errors: true}
ablations:
  strides: {design: grid, factors: {model.stride: [8, 16]}}
  classes:
    design: variants
    primary: val/miou@two
    reference: All
    rows:
      All: {}
      Two: {data.classes: two}
      Weighted: {data.classes: two, loss: {name: cross_entropy, class_weights: [1.0, 1000.0]}}
"""


def placed(folder: Path, text: str = STUDY) -> Workplace:
    folder.mkdir(exist_ok=True)
    place = Workplace(folder)
    place.study.write_text(text)
    return place


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    place = placed(tmp_path_factory.mktemp("segmentation"))
    (place.folder / "first.md").write_text(place.ablate("run", "study.yaml").stdout)
    return place


def first_table(place: Workplace) -> str:
    return (place.folder / "first.md").read_text()


def artifacts(place: Workplace) -> list[Path]:
    return sorted(path.parent for path in place.store.rglob("manifest.json"))


def test_the_table_compares_networks_of_other_classes_in_one_space(finished: Workplace) -> None:
    text = first_table(finished)
    classes = text[text.index("## classes") :]
    assert "val/miou@two %" in classes
    assert "delta to All" in classes
    assert "other classes" not in classes
    assert "val/iou@two per class" in classes
    assert "val/pixel_ap / val/pixel_accuracy %" in text
    assert finished.ablate("run", "study.yaml").stdout == text, "nothing trains again"


def test_class_weights_follow_the_order_in_which_classes_are_written(finished: Workplace) -> None:
    """Not that of the alphabet: whatever is weighted a thousand times is found everywhere."""
    study = ablate.Study(finished.study, store=finished.store)
    (weighted,) = (c.key for c in study.plan.conditions.values() if c.name == "Weighted")
    found = [trial for trial in study.results() if trial.condition == weighted]
    assert len(found) == 2
    for trial in found:
        assert trial.classes == ("ground", "figure")
        assert trial.metrics["val/iou/ground"] < trial.metrics["val/iou/figure"]


def test_its_numbers_can_be_counted_again_from_the_pictures(finished: Workplace) -> None:
    """The kept masks of all images of val, against scikit-learn, at the last epoch."""
    place = placed(finished.folder / "all", STUDY.replace("images: 2", "images: 1000"))
    study = (
        place.study.read_text()
        .replace("study: figures", "study: every")
        .replace("seeds: 2", "seeds: 1")
    )
    place.study.write_text(study)
    place.ablate("run", "study.yaml", "--only", "strides")
    for folder in artifacts(place):
        probes = json.loads((folder / "probes" / "probes.json").read_text())
        images = sorted(path.parent for path in (folder / "probes").rglob("truth.png"))
        true = np.concatenate([pixels(image / "truth.png") for image in images])
        predicted = np.concatenate([pixels(image / "epoch-0003.png") for image in images])
        kept = true != 255
        matrix = json.loads((folder / "confusion" / "val.json").read_text())
        expected = confusion_matrix(true[kept], predicted[kept], labels=range(4))
        assert np.array_equal(matrix["counts"], expected)
        miou = jaccard_score(true[kept], predicted[kept], average="macro")
        (last,) = [stage for stage in probes["stages"] if stage["epoch"] == 3]
        assert last["metrics"]["val/miou"] == pytest.approx(miou)


def pixels(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        assert image.mode == "P"
        return np.asarray(image).flatten()


def test_mlflow_has_a_series_of_pictures_for_each_image(finished: Workplace) -> None:
    client = MlflowClient(f"sqlite:///{finished.store / 'mlflow.db'}")
    experiment = client.get_experiment_by_name("figures")
    assert experiment is not None
    runs = [
        run
        for run in client.search_runs([experiment.experiment_id])
        if run.data.tags.get("ablate.kind") == "trial"
    ]
    assert len(runs) == 8
    for run in runs:
        names = [file.path for file in client.list_artifacts(run.info.run_id, "images")]
        steps = {name.split("+step+")[1].split("+")[0] for name in names}
        assert steps == {"0", "1", "3"}
        assert run.data.tags["mlflow.loggedImages"]
        assert 0 <= run.data.metrics["final/val/miou"] <= 1


def test_the_figure_of_masks_is_a_picture(finished: Workplace) -> None:
    for folder in artifacts(finished):
        with Image.open(folder / "probes" / "grid.png") as image:
            assert min(image.size) > 300


@pytest.mark.long
def test_a_killed_run_goes_on_to_the_same_table_and_pictures(
    finished: Workplace, tmp_path: Path
) -> None:
    place = placed(tmp_path / "killed")
    process = subprocess.Popen(
        place.command("run", "study.yaml"),
        cwd=place.folder,
        env=place.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_for_an_epoch(place)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert place.ablate("run", "study.yaml", "--jobs", "1").stdout == first_table(finished)
    assert masks(place) == masks(finished)


def masks(place: Workplace) -> dict[str, bytes]:
    """What the runs' pictures hold, by the trial's identity and the picture's name."""
    found = {}
    for folder in artifacts(place):
        identity = json.loads((folder / "manifest.json").read_text())["identity"]
        for path in (folder / "probes").glob("*/*.png"):
            found[f"{identity}/{path.relative_to(folder)}"] = path.read_bytes()
    return found


def test_a_space_that_comes_to_mean_something_else_is_scored_anew(finished: Workplace) -> None:
    """From the counts of finished trials, without training: as if it had been meant so from the start."""
    text = finished.study.read_text()
    new = text.split("  classes:")[0].replace("[circle, square, triangle]", "[circle]")
    finished.study.write_text(new)
    try:
        study = ablate.Study(finished.study, store=finished.store)
        assert study.missing() == ()
        for trial in study.results():
            folder = finished.store / "artifacts" / "figures" / trial.run_id / "artifacts"
            matrix = json.loads((folder / "confusion" / "val.json").read_text())
            cells = np.array(matrix["source_counts"])
            circle, ground = (matrix["source_classes"].index(n) for n in ("circle", "background"))
            hits, rows, columns = (
                cells[circle, circle],
                cells[circle].sum(),
                cells[[circle, ground], circle],
            )
            expected = hits / (rows + columns.sum() - hits)
            assert trial.metrics["val/iou@two/figure"] == pytest.approx(expected)
            assert trial.measured["averaged_classes/val@two"] == 2
            over_the_epochs = {*trial.best, *trial.measured}
            assert any(name.endswith("val/miou") for name in over_the_epochs)
            assert not any(name.endswith("val/miou@two") for name in over_the_epochs)
    finally:
        finished.study.write_text(text)
