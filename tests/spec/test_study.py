from __future__ import annotations

from pathlib import Path

import pytest

from ablate.errors import StudyError, UsageError
from ablate.plan.compile import compile_plan
from ablate.spec.study import read_draft

TEXT = """\
study: demo
task: classification
data: {name: digits}
model: {name: basenet, kernel_size: 3}
optimizer: {name: adam, lr: 1e-3}
primary: val/accuracy
ablations:
  rates: {design: grid, factors: {optimizer.lr: [1e-2, 1e-3]}}
profiles:
  quick: {train.epochs: 2, seeds: 1, model: {channels: [4]}}
"""


@pytest.fixture
def study_file(tmp_path: Path) -> Path:
    path = tmp_path / "study.yaml"
    path.write_text(TEXT)
    return path


def test_defaults(study_file: Path) -> None:
    draft = read_draft(study_file)
    assert draft.header is not None
    assert draft.config is not None
    assert draft.header.seeds == (0, 1, 2)
    assert draft.config.loss.name == "cross_entropy"
    assert draft.config.scheduler.name == "constant"
    assert draft.problems == ()


def test_a_profile_is_a_study_of_its_own(study_file: Path) -> None:
    draft = read_draft(study_file, "quick")
    assert draft.name == "demo-quick"
    assert draft.config is not None
    assert draft.config.train.epochs == 2
    assert draft.config.model.channels == (4,)  # type: ignore[attr-defined]


def test_settings_go_over_the_profile(study_file: Path) -> None:
    draft = read_draft(study_file, "quick", ["train.epochs=5", "seeds=[7]"])
    assert draft.config is not None
    assert draft.header is not None
    assert draft.config.train.epochs == 5
    assert draft.header.seeds == (7,)


@pytest.mark.parametrize(
    ("profile", "setting", "text"),
    [
        ("quik", None, "Did you mean 'quick'?"),
        (None, "train.epochs", "must be key=value"),
        (None, "trian.epochs=1", "Did you mean 'train'?"),
    ],
)
def test_wrong_command_lines(
    study_file: Path, profile: str | None, setting: str | None, text: str
) -> None:
    with pytest.raises(UsageError, match=text.replace("?", r"\?")):
        read_draft(study_file, profile, [setting] if setting else [])


def test_a_wrong_setting_is_named(study_file: Path) -> None:
    with pytest.raises(StudyError, match=r"\$\.train\.epochs"):
        compile_plan(read_draft(study_file, settings=["train.epochs=-1"]))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="No such file"):
        read_draft(tmp_path / "nothing.yaml")
