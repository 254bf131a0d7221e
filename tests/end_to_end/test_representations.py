"""Representations from the study file to MLflow, through a kill."""

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

from .conftest import Workplace
from .test_running import wait_for_an_epoch

STUDY = """\
study: pictured
task: classification
data: {name: digits, batch_size: 32}
model: {name: basenet, kernel_size: 3, padding: same, channels: [4, 8], hidden: [12]}
optimizer: {name: adam, lr: 1e-2}
train: {epochs: 4}
primary: val/accuracy
seeds: 1
representations: {images: 60}
ablations:
  rates: {design: grid, factors: {optimizer.lr: [1e-4]}}
"""


def placed(folder: Path) -> Workplace:
    folder.mkdir(exist_ok=True)
    place = Workplace(folder)
    place.study.write_text(STUDY)
    return place


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    place = placed(tmp_path_factory.mktemp("representations"))
    place.ablate("run", "study.yaml")
    return place


def folders(place: Workplace) -> dict[str, Path]:
    """The run of each trial to the folder of its artifacts."""
    root = place.store / "artifacts" / "pictured"
    return {path.parts[-3]: path.parent for path in root.glob("*/artifacts/manifest.json")}


def pictures(place: Workplace) -> dict[str, bytes]:
    """Features, points and figures, by the trial's identity and the file's name."""
    found = {}
    for folder in folders(place).values():
        identity = json.loads((folder / "manifest.json").read_text())["identity"]
        for path in (folder / "representations").glob("*.[np][pn][zg]"):
            found[f"{identity}/{path.name}"] = path.read_bytes()
    return found


def test_each_run_has_features_figures_and_series_of_images(finished: Workplace) -> None:
    client = MlflowClient(tracking_uri=f"sqlite:///{finished.store / 'mlflow.db'}")
    assert len(folders(finished)) == 2
    for run_id, artifacts in folders(finished).items():
        assert client.get_run(run_id).data.tags["mlflow.loggedImages"] == "True"
        series = [item.path for item in client.list_artifacts(run_id, "images")]
        for method in ("pca", "tsne"):
            for epoch in (1, 2, 4):
                name = f"images/representations~{method}+step+{epoch}+"
                assert len([path for path in series if path.startswith(name)]) == 2
        folder = artifacts / "representations"
        with Image.open(folder / "tsne.png") as image:
            assert image.size[0] > 1000
        with np.load(folder / "epoch-0004.npz", allow_pickle=False) as kept:
            assert kept["features"].shape == (60, 12)


@pytest.mark.long
def test_a_kill_leaves_no_trace_in_them(finished: Workplace, tmp_path: Path) -> None:
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
    place.ablate("run", "study.yaml")
    assert len(pictures(place)) == 2 * (3 + 1 + 2)
    assert pictures(place) == pictures(finished)
