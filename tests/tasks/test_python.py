from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from ablate.tasks.python import Python

SOURCE = """
from lib import train as imported
import numpy as np
raise SystemExit("this file was executed")
def main(trial): ...
async def later(trial): ...
class Trainer: ...
alias = main
if True:
    def conditional(trial): ...
def outer():
    def inner(): ...
"""


@pytest.mark.parametrize("name", ["main", "imported", "alias", "later", "Trainer", "conditional"])
def test_functions_are_found_without_running_the_file(tmp_path: Path, name: str) -> None:
    (tmp_path / "train.py").write_text(SOURCE)
    assert Python(entry=f"train:{name}").problems(tmp_path, {}) == []


def test_a_function_that_is_not_there_is_told_its_neighbours(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(SOURCE)
    place = ("task", "entry")
    assert Python(entry="train:mian").problems(tmp_path, {}) == [
        (place, "train.py defines no function 'mian'", "Did you mean 'main'?")
    ]
    assert Python(entry="train:inner").problems(tmp_path, {}) != []


def test_a_file_that_is_not_there_or_no_python_is_named(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("def main(:")
    ((_, message, _),) = Python(entry="train:main").problems(tmp_path, {})
    assert message == "train.py, line 1 is not valid Python: invalid syntax"
    ((_, message, remedy),) = Python(entry="trian:main").problems(tmp_path, {})
    assert message == f"there is no file 'trian.py' in {tmp_path}"
    assert remedy == "Did you mean 'train.py'?"


def test_a_module_may_stand_in_a_package(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "train.py").write_text("def main(t): ...")
    task = Python(entry="lib.train:main")
    assert task.problems(tmp_path, {}) == []
    assert task.scripts(tmp_path, {}) == (tmp_path / "lib" / "train.py",)


@pytest.mark.parametrize(
    "entry", ["train", "train:", ":main", "train.py:main()", "../train:main", "a b:c"]
)
def test_an_entry_is_module_and_function(entry: str) -> None:
    with pytest.raises(ValidationError, match="is not module:function"):
        Python(entry=entry)


def test_preloaded_modules_have_names() -> None:
    assert Python(entry="a:b", preload=("sklearn.svm",)).modules == ("sklearn.svm",)
    with pytest.raises(ValidationError, match="is no module"):
        Python(entry="a:b", preload=("import os",))
