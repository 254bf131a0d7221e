"""What running trials print, read bit by bit."""

from __future__ import annotations

import os
import re
from pathlib import Path

#: The most that one look at a log shows.
MOST_LINES = 20
_MOST_BYTES = 16 << 10

_ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class LogTail:
    """Reads the lines that were added to a log since the last look, the newest of them if they are many."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = 0
        self._offset = 0

    def new(self, *, ended: bool = False) -> list[str]:
        """The complete lines since the last call; with ``ended`` the last one even if it has no end."""
        try:
            content, skipped = self._read()
        except FileNotFoundError:
            return []
        whole = content if ended else content[: content.rfind(b"\n") + 1]
        self._offset += len(whole) - len(content)
        lines = whole.decode("utf-8", errors="replace").split("\n")
        lines = [shown for line in lines if (shown := visible(line))]
        if skipped or len(lines) > MOST_LINES:
            return ["...", *lines[-MOST_LINES:]]
        return lines

    def _read(self) -> tuple[bytes, bool]:
        """What was added, and whether some of it was left out."""
        with self._path.open("rb") as stream:
            status = os.fstat(stream.fileno())
            if status.st_ino != self._file:  # a new attempt writes a new file
                self._file, self._offset = status.st_ino, 0
            start = min(self._offset, status.st_size)  # the middle of a long log may be cut out
            stream.seek(max(start, status.st_size - _MOST_BYTES))
            skipped = stream.tell() > start
            content = stream.read(_MOST_BYTES)
            self._offset = stream.tell()
        return content, skipped


def visible(line: str) -> str:
    r"""A line as a terminal shows it in the end: without colours, and the last state of a bar.

    >>> visible("\x1b[31m 10 %\r 20 %\x1b[0m")
    ' 20 %'
    """
    last = _ESCAPE.sub("", line).rstrip("\r").rpartition("\r")[2].expandtabs(4)
    return "".join(char for char in last if char.isprintable()).rstrip()


def last_lines(text: str, count: int) -> list[str]:
    """The last lines of a text that hold anything."""
    lines = [shown for line in text.splitlines() if (shown := visible(line))]
    return lines[-count:]
