"""The list ``plugins`` of a study, and how far its members are known."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ablate.errors import StudyError
from ablate.plan.compile import compile_plan
from ablate.registry import UnknownName, overlaid, table
from ablate.spec.config import TrialConfig
from ablate.spec.plugins import read_plugins
from ablate.spec.study import Draft, read_draft

MODEL = """\
from ablate.plugins import register
from ablate.spec.sections import AugmentOptions, ModelOptions

@register("model", "tiny_net")
class TinyNet(ModelOptions):
    width: int = 16
"""
METRIC = """\
from ablate.plugins import register

@register("metric", "kappa", direction="max", title="Kappa")
def kappa(counts):
    return 0.0
"""
STUDY = """\
study: mine
task: classification
plugins: [my_models.py, my_metrics.py]
data: {name: digits}
model: {name: tiny_net, width: 8}
optimizer: {name: adam, lr: 1e-3}
primary: val/kappa
ablations:
  rows:
    design: variants
    rows:
      Wider: {model.width: 32}
      BaseNet: {model: {name: basenet, kernel_size: 3}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "my_models.py").write_text(MODEL)
    (tmp_path / "my_metrics.py").write_text(METRIC)
    (tmp_path / "study.yaml").write_text(STUDY)
    return tmp_path


def faults(folder: Path, *written: str) -> list[str]:
    return [
        f"[{index}] {message}. {remedy}"
        for index, message, remedy in read_plugins(written, folder).faults
    ]


def config_of(draft: Draft) -> TrialConfig:
    assert isinstance(draft.config, TrialConfig)
    return draft.config


def test_members_are_known_to_their_study_and_nowhere_else(folder: Path) -> None:
    draft = read_draft(folder / "study.yaml")
    plan = compile_plan(draft)
    assert draft.problems == ()
    assert plan.primary.info.title == "Kappa"
    assert overlaid("model") == overlaid("metric") == {}
    with pytest.raises(UnknownName):
        table("model").get("tiny_net")
    other = folder / "other.yaml"
    other.write_text(STUDY.replace("plugins: [my_models.py, my_metrics.py]\n", ""))
    with draft.plugins.active(), pytest.raises(StudyError, match="unknown model 'tiny_net'"):
        compile_plan(read_draft(other))


def test_each_row_uses_the_files_it_names_and_those_of_metrics(folder: Path) -> None:
    plan = compile_plan(read_draft(folder / "study.yaml"))
    used = {
        condition.name: [file.path.name for file in condition.config.training.plugins]  # type: ignore[union-attr]
        for condition in plan.conditions.values()
    }
    both = ["my_metrics.py", "my_models.py"]
    assert used == {"baseline": both, "Wider": both, "BaseNet": ["my_metrics.py"]}


def test_a_plugin_brings_what_it_imports(folder: Path) -> None:
    (folder / "layers.py").write_text("import numpy\nimport shapes\n")
    (folder / "shapes.py").write_text("import layers\n")
    (folder / "my_models.py").write_text("import layers\n" + MODEL)
    text = STUDY.replace("[my_models.py", "[shapes.py, layers.py, my_models.py")
    (folder / "study.yaml").write_text(text)
    names = [file.path.name for file in config_of(read_draft(folder / "study.yaml")).plugins]
    assert names == ["layers.py", "my_metrics.py", "my_models.py", "shapes.py"]


def test_mistakes_in_options_are_found_at_their_line(folder: Path) -> None:
    (folder / "study.yaml").write_text(STUDY.replace("width: 8", "wdth: 8"))
    with pytest.raises(StudyError) as caught:
        compile_plan(read_draft(folder / "study.yaml"))
    (problem,) = caught.value.problems
    assert (problem.path, problem.line) == ("$.model.wdth", 5)
    assert problem.remedy == "Did you mean 'width'?"


def test_a_misspelt_member_gets_the_plugins_name(folder: Path) -> None:
    (folder / "study.yaml").write_text(STUDY.replace("name: tiny_net", "name: tinynet"))
    with pytest.raises(StudyError, match="Did you mean 'tiny_net'"):
        compile_plan(read_draft(folder / "study.yaml"))


def test_a_profile_may_bring_plugins_of_its_own(folder: Path) -> None:
    (folder / "wide.py").write_text(MODEL.replace("= 16", "= 64"))
    profile = "profiles:\n  wide: {plugins: [wide.py, my_metrics.py], model: {name: tiny_net, depth: 1}}\n"
    (folder / "study.yaml").write_text(STUDY + profile)
    (problem,) = read_draft(folder / "study.yaml").problems
    assert problem.path == "$.profiles.wide.model.depth"
    good = profile.replace(", depth: 1", "").replace("width: 8", "")
    (folder / "study.yaml").write_text(STUDY + good)
    assert read_draft(folder / "study.yaml").problems == ()
    draft = read_draft(folder / "study.yaml", "wide")
    assert [file.path.name for file in config_of(draft).plugins] == ["my_metrics.py", "wide.py"]


def test_a_profile_with_a_wrong_plugin_is_named(folder: Path) -> None:
    (folder / "study.yaml").write_text(STUDY + "profiles:\n  wide: {plugins: [none.py]}\n")
    with pytest.raises(StudyError, match=r"\$\.profiles\.wide\.plugins\[0\]"):
        read_draft(folder / "study.yaml")


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("none.py", "none.py: no such file"),
        ("my_models.txt", "not a Python file"),
        ("my_models", "not a Python file"),
        ("folder.py", "no such file"),
        ("../outside.py", "lies outside the study's folder"),
        ("link.py", "lies outside the study's folder"),
        ("loop.py", "not the name of a file"),
        ("a\0b.py", "not the name of a file"),
        ("x" * 5_000 + ".py", "not the name of a file"),
        ("json.py", "'json' cannot be the name of a plugin"),
        ("my-models.py", "'my-models' cannot be the name of a plugin"),
        ("/etc/hosts.py", "lies outside the study's folder"),
        ("", "not a Python file"),
    ],
)
def test_what_cannot_be_a_plugin(folder: Path, written: str, message: str) -> None:
    home = folder / "home"
    home.mkdir()
    (folder / "outside.py").write_text(MODEL)
    (home / "folder.py").mkdir()
    (home / "link.py").symlink_to(folder / "outside.py")
    (home / "loop.py").symlink_to(home / "loop.py")
    for name in ("json.py", "my-models.py", "my_models.txt"):
        shutil.copy(folder / "my_models.py", home / name)
    (found,) = faults(home, written)
    assert message in found


def test_a_plugin_reached_by_a_link_inside_the_folder(folder: Path) -> None:
    (folder / "alias.py").symlink_to(folder / "my_models.py")
    assert faults(folder, "alias.py") == []


def test_names_that_stand_twice(folder: Path) -> None:
    shutil.copy(folder / "my_models.py", folder / "again.py")
    assert faults(folder, "my_models.py", "again.py") == [
        "[1] again.py:5: model 'tiny_net' is registered twice. First in my_models.py:5"
    ]
    (found,) = faults(folder, "my_models.py", "./my_models.py")
    assert "a plugin called my_models.py stands in the list already" in found


def test_code_that_would_not_count_is_refused(folder: Path) -> None:
    (folder / "layers.py").write_text("WIDTH = 3\n")
    for line in ("import layers", "from layers import WIDTH", "def f():\n    import layers.deep"):
        (folder / "my_models.py").write_text(MODEL + line + "\n")
        (found,) = faults(folder, "my_models.py")
        assert "layers.py lies beside it and is not listed" in found
    (folder / "my_models.py").write_text(MODEL + "from . import layers\n")
    (found,) = faults(folder, "my_models.py", "my_metrics.py")
    assert "my_models.py:7: relative imports do not work in a plugin" in found


def test_a_file_that_registers_nothing_is_named_unless_another_imports_it(folder: Path) -> None:
    (folder / "layers.py").write_text("WIDTH = 3\n")
    assert faults(folder, "layers.py")[0].startswith("[0] layers.py:1: registers nothing")
    (folder / "my_models.py").write_text("from layers import WIDTH\n" + MODEL)
    assert faults(folder, "layers.py", "my_models.py") == []


@pytest.mark.parametrize("value", ["my_models.py", "[1]", "{a: b}", "null"])
def test_the_list_must_be_one(folder: Path, value: str) -> None:
    (folder / "study.yaml").write_text(STUDY.replace("[my_models.py, my_metrics.py]", value))
    with pytest.raises(StudyError, match="must be a list of Python files"):
        read_draft(folder / "study.yaml")


def test_every_wrong_plugin_is_said_at_once(folder: Path) -> None:
    (folder / "study.yaml").write_text(STUDY.replace("my_models.py, my_metrics.py", "a.py, b.py"))
    with pytest.raises(StudyError) as caught:
        read_draft(folder / "study.yaml")
    assert [problem.path for problem in caught.value.problems] == ["$.plugins[0]", "$.plugins[1]"]
