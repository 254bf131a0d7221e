"""Files that are never half written, and hashes of bytes and values."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

T = TypeVar("T")

#: What a system answers when its disk is full, a file may not grow, or nothing may be written.
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)
#: What a disk or a file system on the network answers now and then, and not when asked again.
_PASSING = (errno.EIO, errno.ESTALE, errno.ETIMEDOUT, errno.EAGAIN, errno.EINTR)


class WriteError(OSError):
    """A file that could not be written or flushed: the disk is full, read-only or broken, or the folder is gone."""

    def __init__(self, path: Path, error: OSError) -> None:
        super().__init__(error.errno, error.strerror or str(error), str(path))
        self.free_bytes = free_bytes(path)

    def __str__(self) -> str:
        return f"cannot write {self.filename}: {self.strerror} ({self.free_bytes:,} bytes free)"


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Let errors of writing ``path`` name it and the free space.

    Raises:
        WriteError: instead of any other ``OSError``.
    """
    try:
        yield
    except WriteError:
        raise
    except OSError as error:
        raise WriteError(path, error) from error


def is_write_failure(error: BaseException | None) -> bool:
    """Whether an error, or what it was raised from, says that files cannot be written, whatever is done.

    >>> is_write_failure(OSError(28, "No space left on device"))
    True
    >>> is_write_failure(FileNotFoundError(2, "No such file", "weights.pt"))
    False
    """
    while error is not None:
        if isinstance(error, WriteError):
            return True
        if isinstance(error, OSError) and error.errno in _NO_ROOM:
            return True
        error = error.__cause__
    return False


def free_bytes(path: Path) -> int:
    """The free space where ``path`` is, or would be."""
    nearest = next((place for place in (path, *path.parents) if place.exists()), Path("/"))
    return shutil.disk_usage(nearest).free


def retry_once(read: Callable[[], T]) -> T:
    """What ``read`` gives; it is called again after an error that may pass, such as one of a network's file system."""
    try:
        return read()
    except OSError as error:
        if error.errno not in _PASSING:
            raise
    return read()


def write_atomically(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Write ``path`` by way of a temporary file beside it, flushed to disk, then renamed.

    A reader sees the old content or the new, never a part; a crash leaves no partial file under the
    final name.

    Raises:
        WriteError: the disk is full, the folder cannot be written or flushing failed.
    """
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_and_rename(path, write)


#: The name of the file by way of which another is written.
_UNFINISHED = re.compile(r"\.(?P<name>.+)\.[a-z0-9_]{8}\.part")


def is_unfinished(path: Path) -> bool:
    """Whether a file is what a crash left of :func:`write_atomically`.

    >>> is_unfinished(Path("a/.table.md.k3x_81ab.part")), is_unfinished(Path("a/table.part"))
    (True, False)
    """
    return _UNFINISHED.fullmatch(path.name) is not None


def remove_unfinished(path: Path) -> None:
    """Remove what crashes left of writing ``path``; nobody else may be writing it now."""
    for left in path.parent.glob(".*.part"):
        found = _UNFINISHED.fullmatch(left.name)
        if found is not None and found["name"] == path.name:
            left.unlink(missing_ok=True)


def _write_and_rename(path: Path, write: Callable[[BinaryIO], object]) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            write(stream)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_bytes(path: Path, content: bytes) -> None:
    """Write bytes atomically."""
    write_atomically(path, lambda stream: stream.write(content))


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text atomically."""
    write_bytes(path, text.encode())


def write_json(path: Path, value: Any) -> None:
    """Write a JSON document atomically, keys sorted."""
    write_text(path, json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n")


def canonical_json(value: Any) -> str:
    """The one JSON text of a value: sorted keys, no spaces, shortest exact floats.

    >>> canonical_json({"b": (1, 2.0), "a": None})
    '{"a":null,"b":[1,2.0]}'
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def hash_value(value: Any) -> str:
    """A 32-digit hexadecimal hash (BLAKE2b) of a JSON-like value, the same on every machine."""
    return hashlib.blake2b(canonical_json(value).encode(), digest_size=16).hexdigest()


def hash_file(path: Path) -> str:
    """A 32-digit hexadecimal hash (BLAKE2b) of a file's bytes."""
    return retry_once(lambda: _hash_stream(path))


def _hash_stream(path: Path) -> str:
    digest = hashlib.blake2b(digest_size=16)
    with path.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
