"""The files of a delivery, inside the local store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from ablate.errors import RecordError
from ablate.files import remove_unfinished
from ablate.record.delivery.address import Address
from ablate.record.names import folder_name
from ablate.record.store import Store


@dataclass(frozen=True, slots=True)
class Places:
    """The files of the delivery of one study to one server."""

    folder: Path
    name: str

    @classmethod
    def of(cls, store: Store, study: str, address: Address) -> Places:
        """Below ``delivery/`` in the store."""
        return cls(store.root / "delivery" / address.key, folder_name(study))

    @property
    def ledger(self) -> Path:
        """What the server is known to hold."""
        return self.folder / f"{self.name}.json"

    @property
    def state(self) -> Path:
        """How the delivery beside a run stands."""
        return self.folder / f"{self.name}.state.json"

    @property
    def log(self) -> Path:
        """What the process beside a run wrote to its error stream."""
        return self.folder / f"{self.name}.log"

    @property
    def lock(self) -> Path:
        """Held during a pass, so that no two make the same run."""
        return self.folder / f"{self.name}.lock"

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Hold the lock; ``False`` if another process does.

        Raises:
            RecordError: the folder cannot be written.
        """
        lock = FileLock(self.lock, timeout=0)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock.acquire()
            remove_unfinished(self.ledger)
        except Timeout:
            yield False
            return
        except OSError as error:
            raise RecordError(
                f"cannot write {self.folder}: {error.strerror}. Check that you may write there"
            ) from error
        try:
            yield True
        finally:
            lock.release()
