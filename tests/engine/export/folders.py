"""Small exported folders."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

from ablate.engine.export.program import NormalizedNetwork, write_program
from ablate.spec.values import ImageShape

SHAPE = ImageShape(channels=3, height=8, width=6)
#: Name of a member of the archive to what it holds.
Members = dict[str, bytes]
Tamper = Callable[[Callable[[Members], object]], Path]


def folder_of(model: NormalizedNetwork, shape: ImageShape, folder: Path) -> Path:
    """``model`` as a folder that the loader takes."""
    folder.mkdir(exist_ok=True)
    write_program(model, "tiny", shape, folder / "model.pt2")
    describe(folder, shape)
    return folder


def describe(folder: Path, shape: ImageShape = SHAPE) -> None:
    """Write ``model.json`` for the program as it is now."""
    digest = hashlib.sha256((folder / "model.pt2").read_bytes()).hexdigest()
    info = {
        "format": 1,
        "task": "classification",
        "classes": ["a", "b"],
        "input": shape.model_dump(),
        "files": {"model.pt2": {"sha256": digest}},
    }
    (folder / "model.json").write_text(json.dumps(info))
