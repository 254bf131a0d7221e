"""A trial's files become a run's artifacts: linked where that is possible, else copied, never half there."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ablate.crash_points import reach
from ablate.errors import RecordError
from ablate.files import is_unfinished, remove_unfinished, write_atomically

#: MLflow leaves files with this prefix out of its listings.
_UNFINISHED = ".artifact.uploading."
_NO_LINK = (errno.EXDEV, errno.EPERM, errno.EACCES, errno.ENOTSUP, errno.EMLINK, errno.ENOSYS)


def publish(source: Path, target: Path) -> None:
    """Make every file below ``source`` an artifact below ``target``; the source stays.

    On one file system a file gets a second name (a hard link), which costs neither time nor space; elsewhere it
    is copied and flushed to disk. Either way it appears under its name at once and whole, and doing it again after a
    crash completes it. Symbolic links are left out: what they point to is not the trial's.

    Raises:
        RecordError: a file cannot be written; names it and the free space.
    """
    for file in files_below(source):
        destination = target / file.relative_to(source)
        with _explained(destination):
            _place(file, destination)


def files_below(folder: Path) -> Iterator[Path]:
    """Every complete file below a folder, in a fixed order; links are left out."""
    for entry in sorted(folder.iterdir()):
        if entry.is_symlink() or entry.name.startswith(_UNFINISHED) or is_unfinished(entry):
            continue
        if entry.is_dir():
            yield from files_below(entry)
        elif entry.is_file():
            yield entry


def put(path: Path, content: bytes | str | Path) -> None:
    """Write one artifact: bytes, text, or another file.

    Raises:
        RecordError: it cannot be written.
    """
    with _explained(path):
        if isinstance(content, Path):
            _place(content, path)
            return
        remove_unfinished(path)
        data = content.encode() if isinstance(content, str) else content
        if not (path.exists() and path.read_bytes() == data):
            write_atomically(path, lambda stream: stream.write(data))


def _place(file: Path, destination: Path) -> None:
    destination.parent.mkdir(parents=True, exist_ok=True)
    if destination.exists() and destination.samefile(file):
        return
    unfinished = destination.with_name(_UNFINISHED + destination.name)
    unfinished.unlink(missing_ok=True)
    _link_or_copy(file, unfinished)
    reach("artifact-linked")
    unfinished.replace(destination)


def _link_or_copy(file: Path, unfinished: Path) -> None:
    try:
        unfinished.hardlink_to(file)
    except OSError as error:
        if error.errno not in _NO_LINK:
            raise
        with file.open("rb") as source, unfinished.open("xb") as stream:
            shutil.copyfileobj(source, stream, 1 << 20)
            stream.flush()
            os.fsync(stream.fileno())


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise RecordError(
            f"cannot write the artifact {path}: {error.strerror} ({_free_space(path)}). "
            "Make room or mend the folder, then run the same command again"
        ) from error


def _free_space(path: Path) -> str:
    nearest = next((parent for parent in path.parents if parent.exists()), Path("/"))
    return f"{shutil.disk_usage(nearest).free:,} bytes free"
