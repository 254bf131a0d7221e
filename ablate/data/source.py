"""What a data set's files hold, before anything is decoded: one record for each image."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol, SupportsInt

import numpy as np
from numpy.typing import NDArray

from ablate.errors import DataError
from ablate.files import retry_once

SplitName = Literal["train", "val", "test"]
SPLITS: tuple[SplitName, ...] = ("train", "val", "test")

Pixels = NDArray[np.uint8]


class Record(NamedTuple):
    """One labelled image.

    ``label`` is an index into the source's classes. ``name`` is the same wherever the data lies.
    ``content`` is the file that holds the image, its bytes, or its pixels (H, W) or (H, W, 3) uint8. ``mask`` is the
    same of its mask, where every pixel has a class, or a function that draws it; ``label`` is then 0.
    """

    split: SplitName
    label: int
    name: str
    content: Path | bytes | Pixels
    mask: Path | bytes | Pixels | Callable[[], Pixels] | None = None

    def read(self) -> bytes | Pixels:
        """The image's bytes or pixels.

        Raises:
            DataError: the file cannot be read.
        """
        return _read(self.content)

    def read_mask(self) -> bytes | Pixels:
        """The mask's bytes or pixels.

        Raises:
            DataError: the file cannot be read, or the mask cannot be drawn.
        """
        if self.mask is None:
            raise DataError(f"the image {where(self)} has no mask")
        return self.mask() if callable(self.mask) else _read(self.mask)


def _read(content: Path | bytes | Pixels) -> bytes | Pixels:
    if not isinstance(content, Path):
        return content
    try:
        return retry_once(content.read_bytes)
    except OSError as error:
        raise DataError(f"cannot read {content}: {error.strerror}") from error


def where(record: Record) -> str:
    """The image's path, or its name within the data set where it has no file of its own."""
    if isinstance(record.content, Path):
        return str(record.content)
    return f"{record.split}/{record.name}"


def where_mask(record: Record) -> str:
    """The mask's path, or whose mask it is."""
    return str(record.mask) if isinstance(record.mask, Path) else f"the mask of {where(record)}"


class Source(Protocol):
    """A data set found on disk."""

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes, by label."""

    def stamp(self) -> Any:
        """A JSON-like value, found without reading images, that changes when the data may have.

        Raises:
            OSError: a file cannot be found any more.
        """

    def records(self) -> Sequence[Record]:
        """Every image, always in the same order.

        Raises:
            DataError: the data is damaged.
        """


class ImageFile(NamedTuple):
    """One labelled image in a file of its own, which was not opened yet.

    ``label`` is the name of its class. ``name`` is the same wherever the data lies.
    """

    split: SplitName
    label: str
    name: str
    path: str
    size: int
    mtime_ns: int


@dataclass(frozen=True)
class FileSource:
    """Images in files of their own."""

    classes: tuple[str, ...]
    files: tuple[ImageFile, ...]

    def stamp(self) -> Any:
        """All that is known of every file."""
        return [self.classes, self.files]

    def records(self) -> Sequence[Record]:
        """One record a file."""
        index = {label: number for number, label in enumerate(self.classes)}
        return [
            Record(file.split, index[file.label], file.name, Path(file.path)) for file in self.files
        ]


@dataclass(frozen=True)
class ArchiveSource:
    """Images in a few large files, all read at once by ``load``.

    ``reading`` names the way of reading, so that a new version of it is never served old results.
    """

    classes: tuple[str, ...]
    files: tuple[Path, ...]
    reading: str
    load: Callable[[], Sequence[Record]]

    def stamp(self) -> Any:
        """Path, size and time of change of every file."""
        return [self.reading, *(_stamp(path) for path in self.files)]

    def records(self) -> Sequence[Record]:
        """The records of all files, kept once read."""
        return self._records

    @cached_property
    def _records(self) -> Sequence[Record]:
        return self.load()


def _stamp(path: Path) -> list[str | int]:
    found = path.stat()
    return [str(path), found.st_size, found.st_mtime_ns]


def pixel_records(
    split: SplitName, images: Pixels, labels: Iterable[SupportsInt], first: int = 0
) -> list[Record]:
    """Records of stacked ``images`` (N, H, W[, 3]) with ``labels`` (N,), named by position from ``first``."""
    return [
        Record(split, int(label), f"{index:05d}", image)
        for index, (image, label) in enumerate(zip(images, labels, strict=True), first)
    ]


def in_label_order(labels: Sequence[str]) -> tuple[str, ...]:
    """The distinct labels: whole numbers by value, anything else as text.

    >>> in_label_order(["10", "9", "10"])
    ('9', '10')
    """
    distinct = set(labels)
    if all(label.isascii() and label.isdecimal() for label in distinct):
        return tuple(sorted(distinct, key=lambda label: (int(label), label)))
    return tuple(sorted(distinct))
