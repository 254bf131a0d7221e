"""``ablate init``: a commented study to start from."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from ablate.errors import UsageError
from ablate.files import write_text


def write_starter(path: Path) -> None:
    """Write the starter study; its name is the file's.

    Raises:
        UsageError: the file exists.
    """
    if path.exists():
        raise UsageError(f"{path} exists. Name another file, or remove it")
    text = resources.files("ablate.cli").joinpath("starter.yaml").read_text(encoding="utf-8")
    write_text(path, text.replace("STUDY_NAME", path.stem))
