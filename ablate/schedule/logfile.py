"""The log of an attempt: what it prints, bounded in size."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TextIO

LIMIT_BYTES = 4 << 20


def redirect_output(path: Path) -> None:
    """Send standard output and error of this process, C libraries included, to a new file.

    The file is written straight, not through a pipe, so that the last words of a crash reach it.
    """
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o666)
    for stream in (1, 2):
        os.dup2(handle, stream)
    os.close(handle)
    sys.stdout, sys.stderr = _lines_to(1), _lines_to(2)


def _lines_to(stream: int) -> TextIO:
    return open(
        stream, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False
    )


def bound(path: Path, limit_bytes: int = LIMIT_BYTES) -> None:
    """Cut the middle out of a log longer than ``limit_bytes``, though another process appends to it.

    A quarter of the limit stays at either end; what is appended during the cut may be lost.
    """
    try:
        size = path.stat().st_size
    except (FileNotFoundError, NotADirectoryError):
        return
    if size <= limit_bytes:
        return
    end = _last_bytes(path, limit_bytes // 4)
    os.truncate(path, limit_bytes // 4)
    with suppress(OSError), path.open("ab") as stream:  # a full disk has just got some room
        stream.write(b"\n... the middle of this log was cut out ...\n" + end)


def last_lines(path: Path, count: int = 40) -> str:
    """The last lines of a log, at most 8 KiB; empty if there is none."""
    try:
        text = _last_bytes(path, 8192).decode("utf-8", errors="replace")
    except (FileNotFoundError, NotADirectoryError):
        return ""
    return "\n".join(text.splitlines()[-count:])


def _last_bytes(path: Path, count: int) -> bytes:
    with path.open("rb") as stream:
        size = stream.seek(0, os.SEEK_END)
        stream.seek(max(0, size - count))
        return stream.read(count)
