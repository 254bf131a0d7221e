"""What the tasks have in common that run a script."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Annotated, Any

from pydantic import Field, field_validator

from ablate.spec.blame import Mistake
from ablate.spec.options import NotIdentity, Options, invalid


class ScriptOptions(Options):
    """``task: command`` and ``task: python``: training code that this package knows nothing about.

    What the files hold is part of a trial's identity, and so are their names relative to the study file; where the
    study lies is not.
    """

    name: str
    files: Annotated[tuple[str, ...], NotIdentity()] = ()
    """Other files that results depend on, relative to the study file; patterns such as ``lib/*.py`` too."""
    epochs: Annotated[int | None, NotIdentity(), Field(ge=1)] = None
    """How many epochs the script will report, for the display of its progress."""
    timeout_s: Annotated[float | None, NotIdentity(), Field(gt=0.0)] = None
    """Fail an attempt that runs longer than this many seconds."""

    @field_validator("files")
    @classmethod
    def _files_are_in_the_folder(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in value:
            path = PurePosixPath(pattern)
            if not path.parts or path.is_absolute() or ".." in path.parts:
                rule = f"{pattern!r} leads outside the folder of the study file"
                raise invalid(
                    rule, "Name files in it or below it, such as 'model.py' or 'lib/*.py'"
                )
            if any("**" in part and part != "**" for part in path.parts):
                raise invalid(
                    f"{pattern!r} is no pattern", "Write ** between slashes: 'lib/**/*.py'"
                )
        return value

    @property
    def modules(self) -> tuple[str, ...]:
        """Installed modules that are imported once for all trials."""
        return ()

    @property
    def headline(self) -> Mapping[str, str]:
        """What a person wants to see of the task beside a result: field to text."""
        raise NotImplementedError

    def mistakes(self, params: Mapping[str, Any]) -> list[Mistake]:
        """What is wrong with the task and its params, judged by the study file alone; paths from its top."""
        return []

    def problems(self, folder: Path, params: Mapping[str, Any]) -> list[Mistake]:
        """What cannot work with the files of the study's folder; nothing of them is executed."""
        raise NotImplementedError

    def scripts(self, folder: Path, params: Mapping[str, Any]) -> tuple[Path, ...]:
        """The existing files that are run, beside those that ``files`` names."""
        raise NotImplementedError
