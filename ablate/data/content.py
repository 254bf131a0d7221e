"""The content of a file or folder as one hash, for data that is read by a plugin's code."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

from ablate.data.place import Progress
from ablate.files import hash_file, hash_value, write_json

_VERSION = 1
_STEP = 64


def content_fingerprint(path: Path, cache: Path, progress: Progress | None = None) -> str:
    """A hash of the names and bytes of all files below ``path``, hidden ones left out.

    The files are read once; the result is remembered in ``cache`` while none of them changes.

    Raises:
        OSError: a file cannot be read.
    """
    files = sorted(_files(path))
    stamps = [_stamp(path, file) for file in files]
    memo = cache / "contents" / f"{hash_value([_VERSION, str(path), stamps])}.json"
    known = _read(memo)
    if known is None:
        known = hash_value([_VERSION, *_look(path, files, progress)])
        write_json(memo, {"fingerprint": known})
    return known


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    for folder, folders, files in os.walk(path, followlinks=True):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(folder, name) for name in files if not name.startswith("."))


def _name(path: Path, file: Path) -> str:
    return file.relative_to(path).as_posix() if file != path else ""


def _stamp(path: Path, file: Path) -> tuple[str, int, int]:
    found = file.stat()
    return _name(path, file), found.st_size, found.st_mtime_ns


def _look(path: Path, files: list[Path], progress: Progress | None) -> Iterator[tuple[str, str]]:
    for done, file in enumerate(files):
        if progress and done % _STEP == 0:
            progress("reading files", done, len(files))
        yield _name(path, file), hash_file(file)


def _read(memo: Path) -> str | None:
    try:
        return str(json.loads(memo.read_text())["fingerprint"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):  # absent or cut short: look again
        return None
