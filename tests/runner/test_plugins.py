"""What is checked and shown of a study whose members come from plugins."""

from __future__ import annotations

from pathlib import Path

import pytest

from ablate.errors import StudyError, TrialError
from ablate.runner.checks import check_plan
from ablate.runner.job_config import job_config
from ablate.runner.order import longest_first
from ablate.runner.show import show_row
from ablate.runner.study import Study
from ablate.runner.worker import payload
from ablate.spec.config import TrialConfig

PLUGIN = """\
from pathlib import Path
from pydantic import field_validator
from ablate.data import ImageClassification
from ablate.plugins import register
from ablate.spec.options import invalid
from ablate.spec.sections import ModelOptions

Path(__file__).with_name("canary").touch()

@register("model", "tiny_net")
class TinyNet(ModelOptions):
    width: int = 16

    @field_validator("width")
    @classmethod
    def _is_even(cls, value):
        if value % 2:
            raise invalid(f"width must be even, not {value}", "Use 16")
        return value

@register("data set", "noise")
class Noise(ImageClassification):
    path: str
"""
HEAD = """\
study: demo
task: classification
plugins: [mine.py]
data: {name: digits, batch_size: 32}
model: {name: tiny_net}
optimizer: {name: adam, lr: 1e-3}
train: {epochs: 4}
primary: val/accuracy
seeds: 2
ablations:
  rows:
    design: variants
    rows:
      BaseNet: {model: {name: basenet, kernel_size: 3, padding: same, channels: [4]}}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ABLATE_CACHE", str(tmp_path / "cache"))
    (tmp_path / "mine.py").write_text(PLUGIN)
    (tmp_path / "study.yaml").write_text(HEAD)
    return tmp_path


def opened(folder: Path, *settings: str) -> Study:
    return Study(folder / "study.yaml", settings=settings, store=folder / "mlruns")


def checked(folder: Path, *settings: str) -> list[str]:
    study = opened(folder, *settings)
    return [item.message for item in check_plan(study.draft, study.plan, study.place).warnings]


def config_of(study: Study) -> TrialConfig:
    training = study.plan.conditions[study.plan.baseline].config.training
    assert training is not None
    return training


def test_a_network_of_ones_own_needs_no_warning(folder: Path) -> None:
    assert checked(folder) == []
    assert not (folder / "canary").exists()


def test_data_of_ones_own_is_looked_for_and_not_read(folder: Path) -> None:
    (folder / "pictures").mkdir()
    (message,) = checked(folder, "data={name: noise, path: pictures}")
    assert "data set 'noise' is read by a plugin, which only trials execute" in message
    assert not (folder / "canary").exists()
    with pytest.raises(
        StudyError, match=r"\$\.data[^.]*\n *data set 'noise': 'none' was not found"
    ):
        checked(folder, "data={name: noise, path: none}")


def test_the_other_rows_are_still_checked_on_their_data(folder: Path) -> None:
    (folder / "pictures").mkdir()
    row = "      Huge: {data: {name: digits, batch_size: 9999}}\n"
    (folder / "study.yaml").write_text(HEAD + row)
    with pytest.raises(StudyError) as caught:
        checked(folder, "data={name: noise, path: pictures}")
    assert [problem.path for problem in caught.value.problems] == ["$.ablations.rows.rows.Huge"]


def test_the_order_needs_nothing_of_a_plugin(folder: Path) -> None:
    (folder / "pictures").mkdir()
    for setting in ("seeds=2", "data={name: noise, path: pictures}"):
        study = opened(folder, setting)
        assert longest_first(study, study.plan.trials) == study.plan.trials
    assert not (folder / "canary").exists()


def test_show_says_where_the_network_is_to_be_seen(folder: Path) -> None:
    text = show_row(opened(folder))
    assert "model: {name: tiny_net, width: 16}" in text
    assert "made by a plugin" in text
    assert "architecture.md" in show_row(opened(folder), None, "model")
    assert "made by a plugin" not in show_row(opened(folder), "BaseNet")
    assert not (folder / "canary").exists()


def test_a_job_names_the_files_of_its_own_row(folder: Path) -> None:
    study = opened(folder)
    jobs = {
        condition.name: payload(condition.config, 0, study.place, folder)
        for condition in study.plan.conditions.values()
    }
    (file,) = config_of(study).plugins
    assert jobs["baseline"]["plugins"] == {str(folder / "mine.py"): file.digest}
    assert jobs["BaseNet"]["plugins"] == {}


def test_a_job_is_read_with_the_plugins_own_class(folder: Path) -> None:
    study = opened(folder)
    job = payload(config_of(study), 0, study.place, folder)
    with job_config(job) as config:
        assert type(config.model).__module__ == "mine"
        assert config.model.width == 16  # type: ignore[attr-defined]
    assert (folder / "canary").exists()


def test_what_only_the_plugins_class_can_find_is_a_failure_in_words(folder: Path) -> None:
    study = opened(folder, "model.width=3")
    job = payload(config_of(study), 0, study.place, folder)
    with pytest.raises(TrialError) as caught, job_config(job):
        pass
    assert str(caught.value) == "model.width: width must be even, not 3. Use 16"
