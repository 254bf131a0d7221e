"""What a settled trial leaves behind, file by file, so that a missing or changed one is noticed later."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from ablate.files import hash_file, is_unfinished, write_json
from ablate.plan.identity import VERSION
from ablate.record.card import TrialCard, recordable
from ablate.record.keys import CONFIG_FILE

MANIFEST = "manifest.json"
#: A trial's weights: the network's, and those of all modules that trained it.
WEIGHTS_FILES = ("weights.safetensors", "modules.safetensors")


@dataclass(frozen=True, slots=True)
class Entry:
    """One file: its size in bytes, and the BLAKE2b hash of its content in 32 hexadecimal digits."""

    size: int
    hash: str

    @staticmethod
    def of(path: Path) -> Entry:
        """The entry of a file as it is now."""
        return Entry(path.stat().st_size, hash_file(path))

    @staticmethod
    def of_bytes(content: bytes) -> Entry:
        """The entry that a file with this content would have."""
        return Entry(len(content), blake2b(content, digest_size=16).hexdigest())


@dataclass(frozen=True, slots=True)
class Manifest:
    """The files of a run by name, and which trial's they are.

    ``version`` is that of the meaning of configurations (:data:`ablate.plan.identity.VERSION`).
    """

    identity: str
    condition: str
    seed: int
    version: int
    files: Mapping[str, Entry]


def write_manifest(artifacts: Path, card: TrialCard) -> Manifest:
    """Write ``manifest.json`` into a trial's folder of artifacts, which holds all its other files already.

    The configuration, which the recorder puts beside them, is listed too.

    Raises:
        WriteError: it cannot be written.
    """
    config = recordable(card).config_yaml.encode()
    files = {file.relative_to(artifacts).as_posix(): Entry.of(file) for file in _files(artifacts)}
    files[CONFIG_FILE] = Entry.of_bytes(config)
    manifest = Manifest(card.identity, card.condition, card.seed, VERSION, files)
    write_json(artifacts / MANIFEST, asdict(manifest))
    return manifest


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of a run's artifacts; ``None`` if it has none.

    Raises:
        ValueError: the file is not a manifest.
    """
    try:
        values: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    try:
        files = {str(name): Entry(**entry) for name, entry in values.pop("files").items()}
        return Manifest(**values, files=files)
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"{MANIFEST} is not a manifest") from error


def _files(folder: Path) -> Iterator[Path]:
    for root, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = Path(root, name)
            listed = path.is_file() and not path.is_symlink() and path != folder / MANIFEST
            if listed and not is_unfinished(path):
                yield path
