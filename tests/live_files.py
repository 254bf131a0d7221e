"""Looking into folders that other processes write to and remove at the same time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path


def files_named(root: Path, name: str) -> Iterator[Path]:
    """Every file ``name`` below ``root``; folders that vanish on the way are passed over, unlike by ``rglob``."""
    for folder, _, files in os.walk(root):
        if name in files:
            yield Path(folder) / name


def text_of(path: Path) -> str:
    """The text of ``path``, empty once it is gone."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
