from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ablate.errors import DataError
from ablate.files import hash_file
from ablate.spec.script_config import ScriptConfig
from ablate.tasks.code import code_of, code_problems, matches


def config(*files: str, params: dict[str, Any] | None = None) -> ScriptConfig:
    task = {"name": "command", "run": ("python", "train.py"), "files": files}
    tree = {"task": task, "params": params or {}, "primary": "val/accuracy"}
    return ScriptConfig.model_validate(tree)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("train.py", "model.py", "lib/net.py", "lib/deep/more.py", "lib/notes.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    for name in ("lib/__pycache__/net.pyc", "lib/.hidden"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("model.py", ["model.py"]),
        ("*.py", ["model.py", "train.py"]),
        ("lib/**/*.py", ["lib/deep/more.py", "lib/net.py"]),
        ("lib", ["lib/deep/more.py", "lib/net.py", "lib/notes.txt"]),
        ("nothing*", []),
    ],
)
def test_patterns_name_files_and_folders(folder: Path, pattern: str, expected: list[str]) -> None:
    found = [path.relative_to(folder).as_posix() for path in matches(pattern, folder)]
    assert found == expected


def test_the_code_is_the_scripts_and_the_named_files(folder: Path) -> None:
    code = code_of(config("model.py", "*.py"), folder)
    assert code == {name: hash_file(folder / name) for name in ("model.py", "train.py")}


def test_what_names_nothing_is_a_problem_with_its_neighbours(folder: Path) -> None:
    ((place, message, remedy),) = code_problems(config("modle.py"), folder)
    assert place == ("task", "files", 0)
    assert message == f"'modle.py' names no file in {folder}"
    assert remedy == "Did you mean 'model.py'?"
    with pytest.raises(DataError, match="names no file"):
        code_of(config("modle.py"), folder)


def test_a_link_that_leads_outside_is_a_problem(folder: Path, tmp_path_factory: Any) -> None:
    secret = tmp_path_factory.mktemp("elsewhere") / "secret.py"
    secret.touch()
    (folder / "link.py").symlink_to(secret)
    ((_, message, _),) = code_problems(config("*.py"), folder)
    assert message == "'link.py' leads outside the study's folder"
