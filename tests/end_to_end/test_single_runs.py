"""Test-set noise, from training through MLflow to the table of a study with one seed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from .conftest import Workplace

STUDY = """\
study: single
task: classification
data: {name: digits, batch_size: 64, val_fraction: 0.3, train_size: 400}
model: {name: basenet, kernel_size: 3, padding: same, channels: [4, 8], hidden: [16]}
optimizer: {name: adam, lr: 1e-2}
train: {epochs: 2}
primary: val/accuracy
seeds: SEEDS
ablations:
  components:
    design: variants
    rows:
      Batch norm: {model.batch_norm: true}
      Another split: {data.split_seed: 5}
"""


def runs(place: Workplace) -> list[Path]:
    return sorted(path.parent for path in place.store.rglob("manifest.json"))


@pytest.fixture(scope="module")
def single(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    place = Workplace(tmp_path_factory.mktemp("single"))
    place.study.write_text(STUDY.replace("SEEDS", "1"))
    (place.folder / "first.md").write_text(place.ablate("run", "study.yaml").stdout)
    return place


def test_the_table_shows_it_and_is_the_same_each_time(single: Workplace) -> None:
    text = (single.folder / "first.md").read_text()
    assert "test-set noise only [95 %]" in text
    assert "1 seed: cannot tell" in text
    lines = {line.split("|")[1].strip(): line for line in text.splitlines() if line.count("|") > 5}
    assert "[" in lines["Batch norm"]
    assert "[" not in lines["Another split"].replace("[95 %]", ""), "scored on other images"
    assert "McNemar" in text
    assert single.ablate("table", "study.yaml").stdout == text


def test_the_artifact_gives_the_recorded_accuracy(single: Workplace) -> None:
    assert len(runs(single)) == 3
    for run in runs(single):
        kept = np.load(run / "per_image" / "val.npz", allow_pickle=False)
        shares = (run / "per_class" / "val.csv").read_text().splitlines()[1:]
        for number, line in enumerate(shares):
            of_class = kept["true"] == number
            right = (kept["predicted"][of_class] == number).mean()
            assert line.split(",")[1] == str(of_class.sum())
            assert float(line.split(",")[2]) == pytest.approx(right, abs=1e-5)


def test_without_the_artifact_there_is_the_table_as_it_was(single: Workplace) -> None:
    files = [run / "per_image" / "val.npz" for run in runs(single)]
    kept = {file: file.read_bytes() for file in files}
    for file in files:
        file.unlink()
    text = single.ablate("table", "study.yaml").stdout
    for file, content in kept.items():
        file.write_bytes(content)
    assert "test-set noise" not in text
    assert "1 seed: cannot tell" in text


def test_with_a_second_seed_it_is_gone(single: Workplace) -> None:
    single.study.write_text(STUDY.replace("SEEDS", "2"))
    text = single.ablate("run", "study.yaml").stdout
    assert "[95 % CI]" in text
    assert "test-set noise" not in text
    assert "McNemar" not in text
