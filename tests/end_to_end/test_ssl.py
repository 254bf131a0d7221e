"""Learning without labels, from the study file to the table and the artifacts."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import Workplace

STUDY = """\
study: views
task: {name: ssl, projector: [16, 8], predictor: 16}
data:
  name: digits
  batch_size: 64
  train_size: 400
  augment: [{random_resized_crop: {scale: [0.5, 1.0]}}]
model: {name: basenet, channels: [4, 8], kernel_size: 3, padding: same, batch_norm: true, hidden: []}
optimizer: {name: adam, lr: 1e-2}
train: {epochs: 8}
primary: val/knn_accuracy
seeds: 1
columns: [val/projection_std]
label_spaces:
  parity: {even: ["0", "2", "4", "6", "8"], odd: ["1", "3", "5", "7", "9"]}
keep: none
ablations:
  methods:
    design: variants
    rows:
      SimCLR: {task.method: simclr, task.momentum: 0.9}
      Symmetric: {task.predictor: null, task.momentum: 0.0}
"""


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    place = Workplace(tmp_path_factory.mktemp("ssl"))
    place.study.write_text(STUDY)
    done = place.ablate("run", "study.yaml", code=1)
    (place.folder / "out.txt").write_text(done.stdout + done.stderr)
    return place


def test_the_table_has_the_metric_and_names_the_collapse(finished: Workplace) -> None:
    table = finished.ablate("table", "study.yaml").stdout
    assert "val/knn_accuracy %" in table
    first = table.partition("\n### ")[0]
    rows = {line.split("|")[1].strip(): line for line in first.splitlines() if "|" in line}
    assert "1 diverged" in rows["Symmetric"]
    assert "representation collapsed in epoch" in table
    assert float(rows["SimCLR"].split("|")[3]) > 50


def test_a_field_of_the_other_method_is_warned_about(finished: Workplace) -> None:
    text = (finished.folder / "out.txt").read_text()
    assert "task.momentum = 0.9 has no effect on this task" in text


def test_all_weights_are_dropped_where_none_are_kept(finished: Workplace) -> None:
    folders = [path.parent for path in finished.store.rglob("manifest.json")]
    names = {path.name for folder in folders for path in Path(folder).iterdir()}
    assert {"model.txt", "architecture.md", "confusion"} <= names
    assert not any(name.endswith(".safetensors") for name in names)
    assert "nothing is missing" in finished.ablate("verify", "study.yaml").stdout


def test_show_draws_the_encoder(finished: Workplace) -> None:
    shown = finished.ablate("show", "study.yaml", "--part", "architecture").stdout
    assert "| conv2 | Conv2d |" in shown
    assert "Linear" not in shown
