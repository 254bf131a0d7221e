"""Whose identity follows a plugin's bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from ablate.runner.study import Study

FILES = {
    "nets.py": """\
from ablate.plugins import register
from ablate.spec.sections import ModelOptions
from layers import WIDTH

@register("model", "tiny_net")
class TinyNet(ModelOptions):
    width: int = WIDTH
    depth: int = 2
""",
    "layers.py": "WIDTH = 16\n",
    "noise.py": """\
from ablate.plugins import register
from ablate.spec.sections import AugmentOptions

@register("augmentation", "noise")
class Noise(AugmentOptions):
    strength: float = 0.1
""",
    "warm.py": """\
from ablate.plugins import register
from ablate.spec.sections import SchedulerOptions

@register("scheduler", "warm")
class Warm(SchedulerOptions):
    pass
""",
}
STUDY = """\
study: mine
task: classification
plugins: [nets.py, layers.py, noise.py, warm.py]
data: {name: digits}
model: {name: basenet, kernel_size: 3}
optimizer: {name: adam, lr: 1e-3}
primary: val/accuracy
seeds: 1
ablations:
  rows:
    design: variants
    rows:
      Net:      {model: {name: tiny_net}}
      Noise:    {data.augment: [noise]}
      Within:   {data.augment: [{concatenate: {policies: [[noise]]}}]}
      Schedule: {scheduler: warm}
"""
METRIC = """\
from ablate.plugins import register

@register("metric", "kappa", direction="max")
def kappa(counts):
    return 0.0
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ABLATE_CACHE", str(tmp_path / "cache"))
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "study.yaml").write_text(STUDY)
    return tmp_path


def identities(folder: Path) -> dict[str, str]:
    study = Study(folder / "study.yaml", store=folder / "mlruns")
    names = {key: condition.name for key, condition in study.plan.conditions.items()}
    return {names[trial.condition]: value for trial, value in study.identities.items()}


def changed(folder: Path, before: dict[str, str]) -> set[str]:
    after = identities(folder)
    assert after.keys() == before.keys()
    return {name for name in before if after[name] != before[name]}


@pytest.mark.parametrize(
    ("edited", "users"),
    [
        ("nets.py", {"Net"}),
        ("layers.py", {"Net"}),
        ("noise.py", {"Noise", "Within"}),
        ("warm.py", {"Schedule"}),
    ],
)
def test_an_edit_counts_for_the_rows_that_use_the_file(
    folder: Path, edited: str, users: set[str]
) -> None:
    before = identities(folder)
    (folder / edited).write_text(FILES[edited] + "# edited\n")
    assert changed(folder, before) == users


def test_listing_plugins_that_no_row_uses_changes_nothing(folder: Path) -> None:
    before = identities(folder)
    (folder / "more.py").write_text(FILES["nets.py"].replace("tiny_net", "more"))
    (folder / "study.yaml").write_text("# said\n" + STUDY.replace("warm.py]", "warm.py, more.py]"))
    assert changed(folder, before) == set()
    without = STUDY.replace("plugins: [nets.py, layers.py, noise.py, warm.py]\n", "")
    (folder / "study.yaml").write_text(without[: without.index("      Net:")] + "      Same: {}\n")
    assert list(identities(folder).values()) == [before["baseline"]]


def test_every_trial_computes_every_metric(folder: Path) -> None:
    before = identities(folder)
    (folder / "kappa.py").write_text(METRIC)
    (folder / "study.yaml").write_text(STUDY.replace("warm.py]", "warm.py, kappa.py]"))
    assert changed(folder, before) == before.keys()


def test_where_the_study_lies_and_how_it_lists_does_not_count(folder: Path) -> None:
    before = identities(folder)
    inner = folder / "inner"
    inner.mkdir()
    for name in FILES:
        (folder / name).rename(inner / name)
    written = "plugins: [inner/warm.py, inner/noise.py, inner/layers.py, ./inner/nets.py]"
    text = STUDY.replace("plugins: [nets.py, layers.py, noise.py, warm.py]", written)
    (folder / "study.yaml").write_text(text)
    assert changed(folder, before) == set()


def test_written_defaults_count_as_defaults(folder: Path) -> None:
    before = identities(folder)
    text = STUDY.replace("{name: tiny_net}", "{name: tiny_net, depth: 2}")
    (folder / "study.yaml").write_text(text)
    assert changed(folder, before) == set()
    (folder / "study.yaml").write_text(text.replace("depth: 2", "depth: 3"))
    assert changed(folder, before) == {"Net"}


def test_a_schedule_of_ones_own_may_look_at_the_metric(folder: Path) -> None:
    before = identities(folder)
    (folder / "study.yaml").write_text(STUDY.replace("val/accuracy", "val/macro_f1"))
    assert changed(folder, before) == {"Schedule"}
