"""The file that holds Optuna's studies, opened so that a process that was killed inside a write does no harm."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

if TYPE_CHECKING:
    from optuna.storages import JournalStorage


class _KernelLock:
    """The lock of Optuna's file backend as one that a killed process does not leave behind."""

    def __init__(self, journal: Path) -> None:
        self._lock = FileLock(journal.with_name(journal.name + ".flock"))

    def acquire(self) -> bool:
        self._lock.acquire()
        return True

    def release(self) -> None:
        self._lock.release()


def open_journal(journal: Path) -> JournalStorage:
    """Optuna's storage in a file, made if it is missing; what a killed process left of a line is cut off first."""
    import optuna
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    journal.parent.mkdir(parents=True, exist_ok=True)
    lock = _KernelLock(journal)
    lock.acquire()
    try:
        _cut_incomplete_line(journal)
    finally:
        lock.release()
    return JournalStorage(JournalFileBackend(str(journal), lock_obj=lock))  # type: ignore[arg-type]


def _cut_incomplete_line(journal: Path) -> None:
    """Remove what follows the last line end; the next line would be glued to it."""
    if not journal.exists():
        return
    with journal.open("rb+") as stream:
        end = size = stream.seek(0, os.SEEK_END)
        while end > 0:
            start = max(0, end - 65536)
            stream.seek(start)
            found = stream.read(end - start).rfind(b"\n")
            end = start + found + 1
            if found >= 0:
                break
        if end < size:
            stream.truncate(end)
