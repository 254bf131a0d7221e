"""The folder of records: MLflow's database and artifacts, the trials' own folders, Optuna's journal."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ablate.errors import RecordError
from ablate.record import relocate, schema

#: Making the tables takes seconds; a driver that waits longer than this hangs.
LOCK_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Store:
    """The record store in the folder ``root``, ``mlruns/`` by default.

    >>> Store(Path("/results/mlruns")).tracking_uri
    'sqlite:////results/mlruns/mlflow.db'
    """

    root: Path

    def __post_init__(self) -> None:
        object.__setattr__(self, "root", Path(os.path.abspath(self.root)))  # noqa: PTH100 - keeps links

    @property
    def database(self) -> Path:
        """MLflow's database."""
        return self.root / "mlflow.db"

    @property
    def artifacts(self) -> Path:
        """Files of runs: ``<study>/<run>/artifacts/...``."""
        return self.root / "artifacts"

    @property
    def trials(self) -> Path:
        """The folders that running trials write into."""
        return self.root / "trials"

    @property
    def optuna(self) -> Path:
        """Journals of Optuna studies."""
        return self.root / "optuna"

    @property
    def lock(self) -> Path:
        """Held while the store is made or mended."""
        return self.root / ".store.lock"

    @property
    def tracking_uri(self) -> str:
        """MLflow's address of the store: what ``mlflow.set_tracking_uri`` takes.

        Raises:
            RecordError: the folder's path cannot stand in an address.
        """
        return schema.sqlite_uri(self.database)

    @property
    def exists(self) -> bool:
        """Whether anything was ever recorded."""
        return self.database.exists()

    def ensure(self) -> None:
        """Make the store if there is none; see that it can be written; mend it if it was moved.

        Safe in any number of processes at once. Imports MLflow only to make a new store.

        Raises:
            RecordError: the folder cannot be written, or another version of MLflow made the database.
        """
        if not self.exists:
            with self.locked():
                if not self.exists:
                    schema.create(self.database, self.artifacts)
        schema.check(self.database)
        relocate.mend(self.database, self.artifacts)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the store's lock.

        Raises:
            RecordError: the folder cannot be written, or another process holds the lock too long.
        """
        from filelock import FileLock, Timeout

        lock = FileLock(self.lock, timeout=LOCK_SECONDS)
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            lock.acquire()
        except Timeout:
            raise RecordError(
                f"{self.lock} has been held for {LOCK_SECONDS:.0f} s. "
                "Another ablate is starting, or hangs: end it and try again"
            ) from None
        except OSError as error:
            raise RecordError(
                f"cannot write the record store {self.root}: {error.strerror}. "
                "Check that you may write there, or name another folder"
            ) from error
        try:
            yield
        finally:
            lock.release()
