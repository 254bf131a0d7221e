"""A function of one's own, called with the trial in a process of its own."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import field_validator

from ablate.errors import did_you_mean
from ablate.spec.blame import Mistake
from ablate.spec.options import NotIdentity, invalid
from ablate.spec.script_options import ScriptOptions
from ablate.tasks.code import similar_files


class Python(ScriptOptions):
    """``task: {name: python, entry: "train:main"}``: call ``main(trial)`` of ``train.py`` beside the study file.

    Only a running trial imports the file; reading, checking and planning a study look at its text alone.
    """

    name: Literal["python"] = "python"
    entry: str
    """``module:function``; the module is a file in the folder of the study file."""
    preload: Annotated[tuple[str, ...], NotIdentity()] = ()
    """Installed modules that are imported once for all trials, such as ``torch``: they start faster."""

    @field_validator("entry")
    @classmethod
    def _entry_is_module_and_function(cls, value: str) -> str:
        module, colon, function = value.partition(":")
        names = [*module.split("."), function]
        if not colon or not all(name.isidentifier() for name in names):
            raise invalid(f"{value!r} is not module:function", "Write for example 'train:main'")
        return value

    @field_validator("preload")
    @classmethod
    def _modules_have_names(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for module in value:
            if not all(name.isidentifier() for name in module.split(".")):
                raise invalid(f"{module!r} is no module", "Write for example 'sklearn.svm'")
        return value

    @property
    def modules(self) -> tuple[str, ...]:
        """Those of ``preload``."""
        return self.preload

    @property
    def module(self) -> str:
        """The module's name."""
        return self.entry.partition(":")[0]

    @property
    def function(self) -> str:
        """The function's name."""
        return self.entry.partition(":")[2]

    @property
    def headline(self) -> Mapping[str, str]:
        """The entry."""
        return {"task.entry": self.entry}

    def file(self, folder: Path) -> Path:
        """The file of the module, whether or not it is there."""
        return folder.joinpath(*self.module.split(".")).with_suffix(".py")

    def problems(self, folder: Path, params: Mapping[str, Any]) -> list[Mistake]:
        """A module or a function that is not there, or that Python cannot read."""
        file = self.file(folder)
        place = ("task", "entry")
        try:
            defined = _functions(file.read_bytes())
        except OSError:
            name = file.relative_to(folder).as_posix()
            return [(place, f"there is no file {name!r} in {folder}", similar_files(name, folder))]
        except (SyntaxError, ValueError) as error:
            line = f", line {error.lineno}" if isinstance(error, SyntaxError) else ""
            return [(place, f"{file.name}{line} is not valid Python: {error.args[0]}", "")]
        if self.function in defined:
            return []
        message = f"{file.name} defines no function '{self.function}'"
        return [(place, message, did_you_mean(self.function, defined))]

    def scripts(self, folder: Path, params: Mapping[str, Any]) -> tuple[Path, ...]:
        """The file of the module."""
        file = self.file(folder)
        return (file,) if file.is_file() else ()


def _functions(source: bytes) -> list[str]:
    """Names that a module gives to functions, classes, values and imports at its top, found without running it.

    >>> _functions(b"from lib import main as run; other = run; f, g = h = 1, 2")
    ['run', 'other', 'h']
    """
    return [name for statement in ast.parse(source).body for name in _names(statement)]


def _names(statement: ast.stmt) -> list[str]:
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [statement.name]
    if isinstance(statement, ast.Assign):
        return [target.id for target in statement.targets if isinstance(target, ast.Name)]
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return [alias.asname or alias.name for alias in statement.names]
    if isinstance(statement, ast.If | ast.Try | ast.With):
        return [name for inner in statement.body for name in _names(inner)]
    return []
