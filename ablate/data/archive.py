"""Reading archives without unpacking them: nothing is written, links and devices are not followed."""

from __future__ import annotations

import lzma
import tarfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from ablate.errors import DataError

#: Largest file that is read from an archive, and most bytes of all that are read.
LARGEST_FILE = 64 << 20
LARGEST_TOTAL = 1 << 30

_DAMAGE = (tarfile.TarError, EOFError, OSError, lzma.LZMAError, zlib.error)


def read_members(archive: Path, wanted: Callable[[str], bool]) -> Iterator[tuple[str, bytes]]:
    """Name and content of every regular file of a tar archive whose name is ``wanted``.

    Raises:
        DataError: the archive is damaged, or holds more than a data set of small images can.
    """
    try:
        with tarfile.open(archive, mode="r|*") as tar:
            yield from _members(archive, tar, wanted)
    except _DAMAGE as error:
        raise DataError(
            f"{archive} is damaged: {error}. Delete it and get it again, from its source or a backup"
        ) from error


def _members(
    archive: Path, tar: tarfile.TarFile, wanted: Callable[[str], bool]
) -> Iterator[tuple[str, bytes]]:
    total = 0
    for member in tar:
        stream = tar.extractfile(member) if member.isreg() and wanted(member.name) else None
        if stream is None:
            continue
        total += member.size
        if member.size > LARGEST_FILE or total > LARGEST_TOTAL:
            raise DataError(
                f"{archive} is not read: {member.name} makes it larger than {LARGEST_TOTAL:,} bytes "
                f"({LARGEST_FILE:,} a file), more than this data set can be"
            )
        yield member.name, stream.read()
