"""Members of one's own, from the study file to the table; their code runs in trials and nowhere else."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import ablate
from ablate.results import Status

from .conftest import Workplace

STUDIES = Path(__file__).parents[2] / "studies"

#: Every process that imports a plugin says so, and whether it was the command itself.
CANARY = """\
import os, sys
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "canary"), "a") as stream:
    stream.write("driver\\n" if "typer" in sys.modules else "trial\\n")
"""
NETS = (
    CANARY
    + """\
from pydantic import Field
from ablate.plugins import register
from ablate.spec.sections import AugmentOptions, ModelOptions

@register("model", "tiny_net")
class TinyNet(ModelOptions):
    width: int = Field(16, ge=1)

    def build(self, shape, num_classes):
        from torch import nn
        pixels = shape.channels * shape.height * shape.width
        layers = [nn.Flatten(), nn.Linear(pixels, self.width), nn.ReLU()]
        return nn.Sequential(*layers, nn.Linear(self.width, num_classes))

@register("augmentation", "speckle")
class Speckle(AugmentOptions):
    strength: float = 0.1

    def build(self):
        import torch
        def speckle(images, generator):
            noise = torch.rand(images.shape, generator=generator).to(images.device)
            return (images + self.strength * noise).clamp(0, 1)
        return speckle
"""
)
METRICS = (
    CANARY
    + """\
from ablate.plugins import register

@register("metric", "errors", direction="min", title="errors")
def errors(counts):
    '''Images that are classified wrongly.'''
    return counts.images - counts.confusion.counts.trace()
"""
)
DATA = (
    CANARY
    + """\
import numpy as np
from ablate.data import ImageClassification
from ablate.data.source import ArchiveSource, pixel_records
from ablate.plugins import register

@register("data set", "bars")
class Bars(ImageClassification):
    '''Drawn bars. Licence: none needed.'''
    path: str
    noise: int = 40

    def source(self, place, progress=None):
        file = place.locate(self.name, self.path)
        return ArchiveSource(("low", "high"), (file,), "bars 1", lambda: self.draw(file))

    def draw(self, file):
        rng = np.random.default_rng(int(file.read_text()))
        labels = np.arange(120) % 2
        images = rng.integers(0, self.noise, (120, 8, 8), np.uint8)
        images[labels == 1, :4] += 150
        return pixel_records("train", images, labels)
"""
)
STUDY = """\
study: mine
task: classification
plugins: [nets.py, metrics.py, bars.py]
data: {name: digits, batch_size: 64, val_fraction: 0.3, train_size: 300}
model: {name: tiny_net}
optimizer: {name: adam, lr: 1e-2}
train: {epochs: 2}
primary: val/errors
seeds: 1
ablations:
  rows:
    design: variants
    rows:
      Wide:    {model.width: 64}
      Speckle: {data.augment: [{speckle: {strength: 0.2}}]}
      Bars:    {data: {name: bars, path: seed.txt, batch_size: 16}}
"""


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    for name, text in (("nets.py", NETS), ("metrics.py", METRICS), ("bars.py", DATA)):
        (tmp_path / name).write_text(text)
    (tmp_path / "seed.txt").write_text("3")
    workplace = Workplace(tmp_path)
    workplace.study.write_text(STUDY)
    return workplace


def canary(place: Workplace) -> set[str]:
    path = place.folder / "canary"
    return set(path.read_text().split()) if path.exists() else set()


def test_reading_a_study_executes_nothing_and_running_does_in_trials_only(place: Workplace) -> None:
    for command in ("check", "plan", "show"):
        place.ablate(command, "study.yaml")
        assert canary(place) == set(), command
    done = place.ablate("run", "study.yaml")
    assert "4 trained" in done.stderr
    assert canary(place) == {"trial"}
    (place.folder / "canary").unlink()
    (place.folder / "nets.py").write_text(NETS + "# edited\n")
    difference = place.ablate("diff", "study.yaml").stdout
    assert "Wide, seed 0: new: the bytes of metrics.py, nets.py changed" in difference
    assert "Bars" in difference  # its network is from the same file
    (place.folder / "nets.py").write_text(NETS)
    place.ablate("status", "study.yaml")
    assert canary(place) == set()

    assert place.ablate("table", "study.yaml").stdout == done.stdout
    results = ablate.Study(place.study, store=place.store).results()
    assert [item.status for item in results] == [Status.FINISHED] * 4
    for result in results:
        value, accuracy = result.metrics["val/errors"], result.metrics["val/accuracy"]
        images = {"digits": 539, "bars": 12}["bars" if "Bars" in result.name else "digits"]
        assert value == pytest.approx(images * (1 - accuracy))
        assert {"train/errors", "val/errors"} <= result.metrics.keys()
        assert result.best["val/errors"] <= value
    parameters = {item.name: item.measured["parameters"] for item in results}
    assert parameters["Wide, seed 0"] == 64 * 65 + 65 * 10

    again = place.ablate("run", "study.yaml")
    assert "4 of 4 trials were there already" in again.stderr
    (place.folder / "bars.py").write_text(DATA.replace("150", "120"))
    edited = place.ablate("run", "study.yaml")
    assert "3 of 4 trials were there already; 1 trained" in edited.stderr


@pytest.mark.parametrize("smoke", ["--smoke-check", "--no-smoke-check"])
def test_a_plugin_that_cannot_be_imported_is_one_clear_failure(
    place: Workplace, smoke: str
) -> None:
    (place.folder / "nets.py").write_text("import not_there\n" + NETS)
    text = STUDY.replace("{name: tiny_net}", "{name: basenet, kernel_size: 3, padding: same}")
    place.study.write_text(text[: text.index("      Wide:")] + "      Net: {model: tiny_net}\n")
    reason = "plugin nets.py: ModuleNotFoundError: No module named 'not_there'"
    if smoke == "--smoke-check":
        refused = place.ablate("run", "study.yaml", smoke, code=2)
        assert reason in " ".join(refused.stderr.split())
        return
    done = place.ablate("run", "study.yaml", smoke, code=1)
    assert "1 trained; 1 failed" in done.stderr
    assert reason in place.ablate("status", "study.yaml").stdout
    assert canary(place) == {"trial"}  # of the metric, which the other row computes
    failed = [item.reason for item in ablate.Study(place.study, store=place.store).results()]
    assert reason in failed


def test_the_shipped_example_runs(tmp_path: Path) -> None:
    place = Workplace(tmp_path)
    shutil.copytree(STUDIES, tmp_path / "studies")
    done = place.ablate("run", "studies/plugin.yaml", "--profile", "quick")
    assert "4 trained" in done.stderr
    assert "| Fire modules with bypass |" in done.stdout
    assert "val/kappa" in done.stdout
