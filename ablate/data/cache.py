"""The decoded images and masks of a data set: uint8 arrays on disk that every trial maps into memory."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from ablate.data.image_hash import Hashes
from ablate.data.left_out import LeftOut, read_left_out
from ablate.data.mask_source import MaskedSource
from ablate.data.mask_writing import write_masks
from ablate.data.place import Progress
from ablate.data.prepared import Masks
from ablate.data.source import Pixels, Source, SplitName
from ablate.data.writing import write_images
from ablate.errors import DataError
from ablate.files import hash_file, retry_once, write_json
from ablate.spec.values import ImageShape

#: Changes when the files' layout or the way of decoding does.
_VERSION = 2
#: Changes when only the files of masks, or the way of reading them, do.
_MASKS_VERSION = 2
_INDEX = "index.json"


@dataclass(frozen=True, slots=True, eq=False)
class CachedSplit:
    """The images of one split as the source has it.

    ``images`` (M, H, W, C) uint8, memory-mapped; ``labels`` (M,) int64; ``sums`` (M, 2, C) int64, each image's sum
    of pixel values and of their squares, from which the mean and std of any part of the split follow at once;
    ``hashes`` (M,) uint64 of the images before they were resized.
    ``masks`` and ``names`` are those of the images, where they have masks, ``left_out`` what is not used of these.
    """

    images: Pixels
    labels: NDArray[np.int64]
    sums: NDArray[np.int64]
    hashes: Hashes
    masks: Masks | None = None
    names: tuple[str, ...] = ()
    left_out: LeftOut | None = None


def cached_images(
    source: Source,
    fingerprint: str,
    shape: ImageShape,
    cache: Path,
    progress: Progress | None = None,
) -> Mapping[SplitName, CachedSplit]:
    """The decoded images of ``source`` at ``shape``, from the cache or put there first.

    Safe when several processes ask at once: one decodes, the others wait. A damaged entry is made again.

    Raises:
        DataError: an image or mask is damaged, or the cache cannot be written.
    """
    size = f"{shape.channels}x{shape.height}x{shape.width}"
    version = f"{_VERSION}m{_MASKS_VERSION}" if isinstance(source, MaskedSource) else f"{_VERSION}"
    folder = cache / "images" / f"{fingerprint}-{size}-v{version}"
    index = _intact(folder)
    if index is None:
        try:
            index = _build(source, shape, folder, progress)
        except OSError as error:
            raise _cannot_write(folder.parent, error) from error
    return {split: retry_once(partial(_open, folder, split)) for split in index}


def _build(
    source: Source, shape: ImageShape, folder: Path, progress: Progress | None
) -> list[SplitName]:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"):
        index = _intact(folder)  # another process may have built it meanwhile
        if index is not None:
            return index
        shutil.rmtree(folder, ignore_errors=True)
        part = folder.with_name(f"{folder.name}.part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir()
        try:
            splits = write_images(source.records(), shape, part, progress)
            if isinstance(source, MaskedSource):
                write_masks(source, shape, part, progress)
            _seal(part, splits)
            part.rename(folder)
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise
        return splits


def _seal(folder: Path, splits: list[SplitName]) -> None:
    written = [file for split in splits for file in sorted(folder.glob(f"{split}-*"))]
    files = {file.name: {**_stamp(file), "hash": hash_file(file)} for file in written}
    write_json(folder / _INDEX, {"splits": splits, "files": files})


def _intact(folder: Path) -> list[SplitName] | None:
    """The splits of a complete, undamaged entry; ``None`` if it has to be made.

    A file is hashed again only when its size or time of change is not the recorded one.
    """
    try:
        index: dict[str, Any] = json.loads((folder / _INDEX).read_text())
        recorded = index["files"]
        changed = [name for name in recorded if not _as_recorded(folder / name, recorded[name])]
        if any(hash_file(folder / name) != recorded[name]["hash"] for name in changed):
            return None
        splits: list[SplitName] = index["splits"]
    except (FileNotFoundError, ValueError, KeyError, TypeError):  # absent, or its index is damaged
        return None
    if changed:
        _seal(folder, splits)
    return splits


def _as_recorded(file: Path, record: Mapping[str, Any]) -> bool:
    return all(record[key] == value for key, value in _stamp(file).items())


def _stamp(file: Path) -> dict[str, int]:
    found = file.stat()
    return {"size": found.st_size, "mtime_ns": found.st_mtime_ns}


def _open(folder: Path, split: SplitName) -> CachedSplit:
    labels, sums = (_load(folder, split, array) for array in ("labels", "sums"))
    hashes = np.load(_file(folder, split, "hashes"), allow_pickle=False)
    cached = CachedSplit(_map(folder, split, "images"), labels, sums, hashes)
    if not _file(folder, split, "masks").exists():
        return cached
    names = json.loads((folder / f"{split}-names.json").read_text())
    return replace(
        cached,
        masks=_open_masks(folder, split),
        names=tuple(names),
        left_out=read_left_out(json.loads((folder / f"{split}-left-out.json").read_text())),
    )


def _open_masks(folder: Path, split: SplitName) -> Masks:
    resized = _map(folder, split, "masks")
    sizes = _load(folder, split, "sizes")
    originals = folder / f"{split}-originals.raw"
    pixels = np.memmap(originals, np.uint8, mode="c") if originals.exists() else resized.ravel()
    areas = sizes.prod(axis=1)
    return Masks(resized, pixels, np.cumsum(areas) - areas, sizes, _load(folder, split, "counts"))


def _map(folder: Path, split: SplitName, array: str) -> Pixels:
    # Copy on write: torch accepts the array as writable, and the file stays as it is.
    mapped: Pixels = np.load(_file(folder, split, array), mmap_mode="c", allow_pickle=False)
    return mapped


def _load(folder: Path, split: SplitName, array: str) -> NDArray[np.int64]:
    loaded: NDArray[np.int64] = np.load(_file(folder, split, array), allow_pickle=False)
    return loaded


def _file(folder: Path, split: SplitName, array: str) -> Path:
    return folder / f"{split}-{array}.npy"


def _cannot_write(folder: Path, error: OSError) -> DataError:
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    free = shutil.disk_usage(existing).free
    return DataError(
        f"cannot write the image cache in {folder} ({free:,} bytes free): {error}. "
        "Set ABLATE_CACHE to a folder with room"
    )
