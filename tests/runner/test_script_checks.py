"""Studies of scripts that are legal and probably not meant; that nothing of them is executed."""

from __future__ import annotations

from pathlib import Path

import pytest

from ablate.errors import StudyError
from ablate.runner.api import check
from ablate.runner.study import Study

STUDY = """\
study: demo
task: {name: python, entry: "train:main"TASK}
params: {depth: 3}
primary: val/accuracy
ablations:
  depth: {design: one-factor, factors: {params.depth: [2, 4]}}
"""
EXECUTED = 'raise SystemExit("a check executed this file")\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "train.py").write_text(f"{EXECUTED}def main(trial): ...\n")
    return tmp_path


def messages(folder: Path, task: str = "", text: str = STUDY) -> list[str]:
    path = folder / "study.yaml"
    path.write_text(text.replace("TASK", task))
    return [
        f"{item.message}. {item.remedy}" for item in check(Study(path, store=folder / "mlruns"))
    ]


def test_a_good_study_has_no_warnings_and_nothing_is_executed(folder: Path) -> None:
    assert messages(folder) == []


def test_imported_files_that_no_identity_knows_are_named(folder: Path) -> None:
    (folder / "lib").mkdir()
    (folder / "lib" / "__init__.py").touch()
    (folder / "lib" / "net.py").write_text("import lib.more")
    (folder / "lib" / "more.py").touch()
    imports = "import os, model\nfrom lib import net\n"
    (folder / "model.py").touch()
    (folder / "train.py").write_text(f"{imports}def main(trial): ...\n")
    found = messages(folder)
    assert [message.split(",")[0] for message in found] == [
        "train.py imports model.py",
        "train.py imports lib/__init__.py",
        "train.py imports lib/net.py",
    ]
    assert all("Name such files under task.files" in message for message in found)
    assert messages(folder, ", files: [model.py, lib]") == []


def test_a_program_without_any_known_file_is_suspicious(folder: Path) -> None:
    text = STUDY.replace('python, entry: "train:main"', 'command, run: [sh, -c, "exit"]')
    (message,) = messages(folder, text=text)
    assert message.startswith(
        "no file of the script is known, so that a change of it is not noticed"
    )


def test_a_param_that_only_a_row_has_is_suspicious(folder: Path) -> None:
    found = messages(folder, text=STUDY.replace("params.depth:", "params.dpeth:"))
    assert found == ["params.dpeth is none of the study's params. Did you mean 'depth'?"]


def test_problems_of_every_condition_are_found_with_their_lines(folder: Path) -> None:
    text = STUDY.replace('python, entry: "train:main"', 'command, run: [python, "{file}"]')
    text = text.replace("depth: 3", "file: train.py").replace(
        "params.depth: [2, 4]", "params.file: [no.py]"
    )
    with pytest.raises(StudyError, match=r"(?s)study.yaml:2  \$\.task\.run\[1\].*no file 'no.py'"):
        messages(folder, text=text)
