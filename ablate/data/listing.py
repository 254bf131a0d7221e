"""Listing the image files of folders; with ``os.scandir``, because path objects would take most of the time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from ablate.data.source import ImageFile, SplitName
from ablate.errors import DataError

#: Endings of the image files that folders are searched for.
IMAGE_ENDINGS = (
    ".bmp", ".gif", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp",
)  # fmt: skip

#: The names of folders (and of values in a CSV's column) that mean a split.
SPLIT_ALIASES: dict[str, SplitName] = {
    "train": "train",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "test": "test",
}


def images_in(folder: Path, *, below: bool) -> Iterator[os.DirEntry[str]]:
    """The image files of a folder by name, then, if ``below``, those of its folders; none that is hidden.

    Raises:
        OSError: a folder cannot be read.
    """
    return _walk(str(folder), below)


def _walk(folder: str, below: bool) -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as found:
        entries = sorted((e for e in found if not e.name.startswith(".")), key=lambda e: e.name)
    for entry in entries:
        if entry.name.lower().endswith(IMAGE_ENDINGS) and not entry.is_dir():
            yield entry
    for entry in entries if below else ():
        if entry.is_dir():
            yield from _walk(entry.path, below)


def image_file(
    split: SplitName, label: str, name: str, entry: os.DirEntry[str] | Path
) -> ImageFile:
    """The image file ``entry``.

    Raises:
        OSError: it is not there.
    """
    found = entry.stat()
    return ImageFile(split, label, name, os.fspath(entry), found.st_size, found.st_mtime_ns)


def name_below(home: Path, entry: os.DirEntry[str]) -> str:
    """The path of a file relative to ``home``, with slashes on every system."""
    return entry.path[len(str(home)) :].lstrip(os.sep).replace(os.sep, "/")


def split_folders(folder: Path) -> dict[SplitName, Path]:
    """The folders of ``folder`` that are splits; ``folder`` itself as ``train`` if there are none.

    Raises:
        DataError: two of them mean the same split, or there is no ``train``.
    """
    found: dict[SplitName, Path] = {}
    for name, split in SPLIT_ALIASES.items():
        path = folder / name
        if not path.is_dir():
            continue
        if split in found:
            raise DataError(f"{path} and {found[split]} are both the split '{split}'. Keep one")
        found[split] = path
    if found and "train" not in found:
        raise DataError(f"{folder} has the splits {', '.join(found)} but no 'train' folder")
    return found or {"train": folder}
