"""Two consecutive trainings without labels, and classifiers that start from the second."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import safetensors.torch
import torch

import ablate
from ablate.record.reader import artifact_path
from ablate.record.store import Store

from .conftest import Workplace

_STAGE = """\
    task: {name: ssl, method: byol, projector: [64, 32], predictor: 64}
    data:
      name: digits
      batch_size: 64
      val_fraction: 0.3
      train_size: 300
      augment: [{random_crop: {padding: 1}}, {random_erasing: {p: 0.5}}]
    optimizer: {name: adam, lr: 1e-3}
    train: {epochs: 2}
    primary: val/knn_accuracy
"""
STUDY = f"""\
study: labels
task: classification
data: {{name: digits, batch_size: 64, train_size: 200, val_fraction: 0.3}}
model: {{name: timm/test_resnet}}
optimizer: {{name: adam, lr: 1e-3}}
train: {{epochs: 2}}
primary: val/accuracy
seeds: 1
columns: [pretrained, trained_parameters]
keep: all
stages:
  first:
    model: {{name: timm/test_resnet}}
{_STAGE}
  second:
    model: {{name: timm/test_resnet, weights: {{stage: first}}}}
{_STAGE}
ablations:
  transfer:
    design: variants
    rows:
      Fine-tuned: {{model.weights: {{stage: second}}}}
      Fixed:      {{model.weights: {{stage: second}}, train.freeze: encoder}}
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    place = Workplace(tmp_path_factory.mktemp("ssl_stages"))
    place.study.write_text(STUDY)
    place.ablate("run", "study.yaml", "--jobs", "2")
    return place


def state(place: Workplace, name: str, file: str) -> dict[str, torch.Tensor]:
    """The tensors that the trial of that name left."""
    study = ablate.Study(place.study, store=place.store)
    (run_id,) = (item.run_id for item in study.recorded() if item.name.startswith(name))
    path: Path = artifact_path(Store(place.store), run_id, file)
    return safetensors.torch.load_file(path)


def test_the_table_tells_who_started_from_what(place: Workplace) -> None:
    table = place.ablate("table", "study.yaml").stdout
    rows = [line for line in table.splitlines() if "stage second" in line and "%" not in line]
    assert any(line.startswith("| Fine-tuned") for line in rows)
    assert any(line.startswith("| Fixed") for line in rows)


def test_a_fixed_encoder_is_that_of_the_stage(place: Workplace) -> None:
    encoder = state(place, "stage second", "weights.safetensors")
    fixed = state(place, "Fixed", "weights.safetensors")
    tuned = state(place, "Fine-tuned", "weights.safetensors")
    assert set(fixed) - set(encoder) == {"fc.weight", "fc.bias"}
    assert all(torch.equal(fixed[name], value) for name, value in encoder.items())
    assert not all(torch.equal(tuned[name], value) for name, value in encoder.items())


def test_the_second_training_goes_on_with_every_module(place: Workplace) -> None:
    first = state(place, "stage first", "modules.safetensors")
    second = state(place, "stage second", "modules.safetensors")
    assert set(first) == set(second)
    assert {name.partition(".")[0] for name in first} == {"online", "predictor", "target"}
    # The target moves by a hundredth of the way at most: it still lies near where the first training left it.
    targets = [name for name in first if name.startswith("target.projector") and "weight" in name]
    near = [
        (first[name] - second[name]).abs().mean() < first[name].abs().mean() for name in targets
    ]
    assert all(near)
    assert targets


def test_each_start_is_noted(place: Workplace) -> None:
    noted = [json.loads(file.read_text()) for file in place.store.rglob("loaded_weights.json")]
    (goes_on,) = [report for report in noted if "stage first" in report["source"]]
    parts = {name.partition(".")[0] for name in goes_on["loaded"]}
    assert parts == {"online", "predictor", "target"}
    assert sum("stage second" in report["source"] for report in noted) == 2
