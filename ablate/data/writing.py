"""Decoding the images of a whole source into arrays on disk, a chunk at a time."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeVar

import numpy as np
from numpy.typing import NDArray

from ablate.data.decode import DAMAGE, original, reason, resized
from ablate.data.image_hash import Hashes, image_hash
from ablate.data.place import Progress
from ablate.data.source import SPLITS, Pixels, Record, SplitName, where
from ablate.errors import DataError
from ablate.spec.values import ImageShape

_CHUNK = 256
_MOST_NAMED = 10

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Decoded:
    """An image at the size of the cache, and the hash of what it was before."""

    pixels: Pixels
    hash: int


def write_images(
    records: Sequence[Record], shape: ImageShape, folder: Path, progress: Progress | None
) -> list[SplitName]:
    """Write ``<split>-images.npy``, ``-labels.npy``, ``-sums.npy`` and ``-hashes.npy``; return the splits.

    Raises:
        DataError: images are damaged; the text names the first of them.
        OSError: the disk is full or cannot be written.
    """
    splits: list[SplitName] = []
    damaged: list[tuple[str, str]] = []
    done = 0

    def report(count: int) -> None:
        nonlocal done
        done += count
        if progress:
            progress("decoding images", done, len(records))

    for split in SPLITS:
        members = [record for record in records if record.split == split]
        if members:
            damaged += _write_split(members, shape, folder / split, report)
            splits.append(split)
    if damaged:
        raise damaged_images(damaged)
    return splits


def damaged_images(damaged: Sequence[tuple[str, str]]) -> DataError:
    """The error for images that cannot be used, from their (name, reason)."""
    count = "1 image is" if len(damaged) == 1 else f"{len(damaged)} images are"
    lines = first_lines([f"{name}: {why}" for name, why in damaged])
    return DataError(f"{count} damaged:{lines}\n  Replace or remove them")


def first_lines(texts: Sequence[str]) -> str:
    """The first texts of many, each on an indented line of its own, and how many more there are."""
    more = len(texts) - _MOST_NAMED
    shown = [*texts[:_MOST_NAMED], *([f"and {more} more"] if more > 0 else [])]
    return "".join(f"\n    {text}" for text in shown)


def _write_split(
    records: Sequence[Record], shape: ImageShape, prefix: Path, report: Callable[[int], None]
) -> list[tuple[str, str]]:
    """Write one split; return the (name, reason) of its damaged images."""
    damaged: list[tuple[str, str]] = []
    sums: list[NDArray[np.int64]] = []
    hashes: list[int] = []
    dimensions = (len(records), shape.height, shape.width, shape.channels)
    with Path(f"{prefix}-images.npy").open("wb") as stream:
        write_header(stream, dimensions)
        for results in in_chunks(records, lambda record: _try_decode(record, shape)):
            damaged += [result for result in results if isinstance(result, tuple)]
            images = [result for result in results if not isinstance(result, tuple)]
            hashes += [image.hash for image in images]
            if not damaged:
                chunk = np.stack([image.pixels for image in images])
                stream.write(chunk.tobytes())  # not through a map: a full disk must raise, not kill
                sums.append(_sums(chunk))
            report(len(results))
        flush(stream)
    if not damaged:
        save(Path(f"{prefix}-sums.npy"), np.concatenate(sums))
        save(Path(f"{prefix}-hashes.npy"), np.array(hashes, np.uint64))
        save(Path(f"{prefix}-labels.npy"), np.array([r.label for r in records], np.int64))
    return damaged


def write_header(stream: BinaryIO, dimensions: tuple[int, ...]) -> None:
    """The beginning of an ``.npy`` file of uint8 values."""
    description = np.lib.format.dtype_to_descr(np.dtype(np.uint8))
    header = {"descr": description, "fortran_order": False, "shape": dimensions}
    np.lib.format.write_array_header_1_0(stream, header)


def in_chunks(
    records: Sequence[Record], decode: Callable[[Record], T], size: int = _CHUNK
) -> Iterator[list[T]]:
    """What ``decode`` returns for each record, a chunk at a time, by several threads where files are read."""
    chunks = (records[start : start + size] for start in range(0, len(records), size))
    if isinstance(records[0].content, np.ndarray):
        for chunk in chunks:
            yield [decode(record) for record in chunk]
        return
    with ThreadPoolExecutor(min(16, os.cpu_count() or 1)) as pool:  # Pillow decodes without the GIL
        for chunk in chunks:
            yield list(pool.map(decode, chunk))


def _try_decode(record: Record, shape: ImageShape) -> _Decoded | tuple[str, str]:
    try:
        pixels = original(record.read(), shape.channels)
        return _Decoded(resized(pixels, shape), image_hash(pixels))
    except DAMAGE as error:
        return where(record), reason(error)


def _sums(images: Pixels) -> NDArray[np.int64]:
    """(N, 2, C): the sum of values and of squares of each image of (N, H, W, C)."""
    flat = images.reshape(len(images), -1, images.shape[-1])
    squares = np.square(flat, dtype=np.uint16)
    return np.stack([part.sum(axis=1, dtype=np.int64) for part in (flat, squares)], axis=1)


def save(path: Path, array: NDArray[np.int64] | Hashes) -> None:
    """Write an ``.npy`` file, down to the disk."""
    with path.open("wb") as stream:
        np.save(stream, array)
        flush(stream)


def flush(stream: BinaryIO) -> None:
    """Hand what was written to the disk."""
    stream.flush()
    os.fsync(stream.fileno())
