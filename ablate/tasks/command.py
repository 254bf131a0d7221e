"""Any program: a word list with placeholders, run in the study's folder."""

from __future__ import annotations

import json
import shutil
import string
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from pydantic import Field

from ablate.errors import did_you_mean
from ablate.spec.blame import Mistake
from ablate.spec.script_options import ScriptOptions
from ablate.tasks.code import inside, similar_files

#: Placeholders that every trial fills, beside the names of its params.
OWN_PLACEHOLDERS = ("device", "folder", "seed", "study_folder")

#: The word that stands for the interpreter that runs ablate.
PYTHON = "python"

_SCRIPT_ENDINGS = (".jl", ".lua", ".pl", ".py", ".r", ".rb", ".sh")


class Command(ScriptOptions):
    """``task: {name: command, run: [python, train.py, --lr, "{lr}"]}``: any program.

    It runs in the folder of the study file, without a shell. ``{NAME}`` stands for the param of that name, for
    ``{seed}``, ``{device}``, ``{folder}`` (of the trial) or ``{study_folder}``; ``{{`` for a brace.
    """

    name: Literal["command"] = "command"
    run: tuple[str, ...] = Field(min_length=1)
    """The program and its arguments, a word each; ``python`` is the interpreter that runs ablate."""

    @property
    def headline(self) -> Mapping[str, str]:
        """The words."""
        return {"task.run": " ".join(self.run)}

    def mistakes(self, params: Mapping[str, Any]) -> list[Mistake]:
        """Placeholders that nothing fills, and params that hide one of ablate's own."""
        found: list[Mistake] = [
            (("params", name), f"'{name}' is given to every trial by itself", "Name it otherwise")
            for name in OWN_PLACEHOLDERS
            if name in params
        ]
        known = (*params, *OWN_PLACEHOLDERS)
        for index, word in enumerate(self.run):
            place = ("task", "run", index)
            found += [(place, message, remedy) for message, remedy in _word_mistakes(word, known)]
        return found

    def problems(self, folder: Path, params: Mapping[str, Any]) -> list[Mistake]:
        """A program or a script that is not there."""
        program, *arguments = self.words(params)
        found: list[Mistake] = []
        if not self._program_exists(program, folder):
            near = did_you_mean(program, [PYTHON])
            remedy = near if near.endswith("?") else similar_files(program, folder)
            remedy = remedy or "It must be installed, or a file below the study's folder"
            found.append((("task", "run", 0), f"there is no program {program!r}", remedy))
        for index, word in enumerate(arguments, 1):
            if _looks_like_script(word) and not (folder / word).exists():
                message = f"there is no file {word!r} in {folder}"
                found.append((("task", "run", index), message, similar_files(word, folder)))
        return found

    def scripts(self, folder: Path, params: Mapping[str, Any]) -> tuple[Path, ...]:
        """Every word that is an existing file in the study's folder or below it."""
        words = [word for word in self.words(params) if word and "\0" not in word]
        paths = [folder / word for word in words if not PurePosixPath(word).is_absolute()]
        return tuple(dict.fromkeys(p for p in paths if p.is_file() and inside(p, folder)))

    def words(self, params: Mapping[str, Any], own: Mapping[str, str] | None = None) -> list[str]:
        """The words with params filled in, and ``own`` placeholders as far as they are given.

        >>> Command(run=("python", "--widths={widths}", "{seed}")).words({"widths": (8, 16)}, {"seed": "1"})
        ['python', '--widths=[8, 16]', '1']
        """
        unfilled = {name: f"{{{name}}}" for name in OWN_PLACEHOLDERS}
        values = {
            **{name: as_text(value) for name, value in params.items()},
            **unfilled,
            **(own or {}),
        }
        return [word.format_map(values) for word in self.run]

    def _program_exists(self, program: str, folder: Path) -> bool:
        return (
            program == PYTHON or (folder / program).is_file() or shutil.which(program) is not None
        )


def as_text(value: Any) -> str:
    """A param as a word: text as it is, everything else as JSON.

    >>> [as_text(value) for value in ("adam", 0.1, True, None, (64, 64))]
    ['adam', '0.1', 'true', 'null', '[64, 64]']
    """
    return value if isinstance(value, str) else json.dumps(value)


def _word_mistakes(word: str, known: tuple[str, ...]) -> list[tuple[str, str]]:
    try:
        parts = list(string.Formatter().parse(word))
    except ValueError:
        return [(f"{word!r} has a brace without its partner", "Write {{ for a brace itself")]
    found = []
    for _, name, form, conversion in parts:
        if name is None:
            continue
        if form or conversion:
            found.append((f"{word!r}: a placeholder is {{NAME}} and nothing more", ""))
        elif name not in known:
            found.append((f"unknown placeholder '{{{name}}}'", _remedy(name, known)))
    return found


def _remedy(name: str, known: tuple[str, ...]) -> str:
    return (
        did_you_mean(name, known)
        or f"Placeholders are the params and {', '.join(OWN_PLACEHOLDERS)}"
    )


def _looks_like_script(word: str) -> bool:
    path = PurePosixPath(word)
    return path.suffix.lower() in _SCRIPT_ENDINGS and not word.startswith("-") and "{" not in word
