"""The SQLite file behind MLflow, opened directly: reading takes milliseconds and does not import MLflow."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from ablate.errors import RecordError

#: As long as MLflow itself waits for another writer.
BUSY_SECONDS = 20.0
#: What is recorded may wait longer: it would be lost with the driver.
BUSY_SECONDS_TO_WRITE = 90.0
#: Where SQLite's counter of changes stands in the file: bytes 24 to 27.
_COUNTER, _HEAD = 24, 28


@contextmanager
def reading(database: Path) -> Iterator[sqlite3.Connection]:
    """A read-only connection that sees one moment of the database.

    Raises:
        RecordError: the file is missing, damaged, locked for too long or no database.
    """
    with _translated(database), closing(_open_to_read(database)) as connection:
        connection.execute("BEGIN")
        yield connection


@contextmanager
def writing(database: Path) -> Iterator[sqlite3.Connection]:
    """One transaction, committed at the end, rolled back on an error.

    Raises:
        RecordError: the file is missing, damaged, read-only, locked for too long or no database.
    """
    with (
        _translated(database),
        closing(_connect(database, "rw", BUSY_SECONDS_TO_WRITE)) as connection,
    ):
        connection.execute("BEGIN IMMEDIATE")
        yield connection
        connection.execute("COMMIT")


def change_counter(database: Path) -> bytes:
    """What SQLite changes in the file's head with every transaction; tells without a lock that nothing is new.

    Raises:
        RecordError: the file is missing or cannot be read.
    """
    try:
        with database.open("rb", buffering=0) as stream:
            return stream.read(_HEAD)[_COUNTER:]
    except OSError as error:
        raise RecordError(
            f"cannot read the record store {database}: {error.strerror}. Check that the folder exists"
        ) from error


def _open_to_read(database: Path) -> sqlite3.Connection:
    connection = _connect(database, "ro", BUSY_SECONDS)
    try:
        connection.execute("PRAGMA schema_version").fetchone()
    except sqlite3.OperationalError as error:
        connection.close()
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_READONLY:
            raise
        # A writer was killed: its half-done transaction must be rolled back, which is a write.
        return _connect(database, "rw", BUSY_SECONDS)
    return connection


def _connect(database: Path, mode: str, busy_seconds: float) -> sqlite3.Connection:
    return sqlite3.connect(
        f"{database.as_uri()}?mode={mode}", uri=True, timeout=busy_seconds, isolation_level=None
    )


@contextmanager
def _translated(database: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise RecordError(
            f"cannot use the record store {database}: {error}. {_remedy(error)}"
        ) from error


def _remedy(error: sqlite3.Error) -> str:
    match getattr(error, "sqlite_errorcode", 0) & 0xFF:
        case sqlite3.SQLITE_BUSY:
            return "Another program holds it; try again when that is done"
        case sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_CORRUPT:
            return (
                "The file is damaged or no database: restore it from a copy, or name another folder"
            )
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
            return "Check that the folder exists and that you may write in it"
        case sqlite3.SQLITE_FULL | sqlite3.SQLITE_IOERR:
            return "Check the disk and its free space"
        case _:
            return "Was it written by MLflow?"
