"""The files that a script's results depend on, found below the study's folder and hashed; none is executed."""

from __future__ import annotations

from pathlib import Path

from ablate.errors import DataError, did_you_mean
from ablate.files import hash_file
from ablate.spec.blame import Mistake
from ablate.spec.script_config import ScriptConfig


def code_of(config: ScriptConfig, folder: Path) -> dict[str, str]:
    """Each file's name relative to the study's folder, and the hash of its bytes.

    Raises:
        DataError: a file that the study names is not there, cannot be read or lies outside.
    """
    problems = code_problems(config, folder)
    if problems:
        raise DataError(". ".join(part for part in problems[0][1:] if part))
    files = {file for pattern in config.task.files for file in matches(pattern, folder)}
    files.update(config.task.scripts(folder, config.params))
    try:
        return {file.relative_to(folder).as_posix(): hash_file(file) for file in sorted(files)}
    except OSError as error:
        raise DataError(
            f"cannot read {error.filename}, a file of the script: {error.strerror}"
        ) from None


def code_problems(config: ScriptConfig, folder: Path) -> list[Mistake]:
    """What the study names as code and is not there, or lies outside its folder."""
    found = config.task.problems(folder, config.params)
    for index, pattern in enumerate(config.task.files):
        place = ("task", "files", index)
        files = matches(pattern, folder)
        if not files:
            message = f"{pattern!r} names no file in {folder}"
            found.append((place, message, similar_files(pattern, folder)))
        for file in files:
            if not inside(file, folder):
                remedy = (
                    "Copy it into the folder, so that its bytes can be part of a trial's identity"
                )
                found.append((place, f"{file.name!r} leads outside the study's folder", remedy))
    return found


def matches(pattern: str, folder: Path) -> tuple[Path, ...]:
    """The files that a pattern names, those of a folder included; hidden and compiled ones are none.

    >>> matches("no/such/*.py", Path())
    ()
    """
    found = set[Path]()
    for path in folder.glob(pattern):
        found.update(path.rglob("*") if path.is_dir() else [path])
    return tuple(sorted(path for path in found if path.is_file() and _is_code(path, folder)))


def inside(path: Path, folder: Path) -> bool:
    """Whether a file lies in a folder or below it, links followed."""
    return path.resolve().is_relative_to(folder.resolve())


def similar_files(name: str, folder: Path) -> str:
    """A remedy that names the files of a folder that have nearly this name."""
    try:
        known = [path.name for path in folder.iterdir() if path.is_file()]
    except OSError:
        return ""
    hint = did_you_mean(name, known)
    return hint if hint.endswith("?") else ""


def _is_code(path: Path, folder: Path) -> bool:
    parts = path.relative_to(folder).parts
    return "__pycache__" not in parts and not any(part.startswith(".") for part in parts)
