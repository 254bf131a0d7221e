"""What is left to deliver of a study, and the doing of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ablate.files import hash_value
from ablate.record import database
from ablate.record.delivery.content import Content, Stamp, read_content
from ablate.record.delivery.errors import Refused, Unreachable
from ablate.record.delivery.ledger import Entry, Ledger
from ablate.record.delivery.remote import RemoteExperiment
from ablate.record.delivery.report import DeliveryReport
from ablate.record.delivery.run_delivery import deliver_run
from ablate.record.delivery.server import Server
from ablate.record.store import Store

Watch = Callable[[DeliveryReport], object]

#: A server that answers, but fails at so many runs in a row, is broken.
PATIENCE = 3
#: Seconds between two savings of what was delivered.
SAVE_EVERY = 2.0


def nobody(report: DeliveryReport) -> None:
    """Watch nothing."""


class Work:
    """The runs of a study against what a server is known to hold of them."""

    def __init__(
        self, store: Store, file: Path, found: list[Stamp], described: dict[str, str], watch: Watch
    ) -> None:
        self.stamps = found
        self.ledger = Ledger.read(file)
        self.lost_answer = False
        self._store = store
        self._file = file
        self._described = described
        self._watch = watch
        self._refused: dict[str, str] = {}
        self._delivered = 0
        self._saved = time.monotonic()

    @property
    def is_done(self) -> bool:
        """Whether nothing is left, as far as is known here."""
        return not self._waiting() and self.ledger.described == hash_value(self._described)

    def report(self, error: str | None = None) -> DeliveryReport:
        """How far it is."""
        waiting = len(self._waiting())
        deleted = tuple(stamp.name for stamp in self.stamps if self._is_deleted(stamp))
        return DeliveryReport(
            there=len(self.stamps) - waiting - len(deleted),
            delivered=self._delivered,
            waiting=waiting,
            deleted=deleted,
            refused=dict(self._refused),
            error=error,
        )

    def save(self) -> None:
        """Keep what is known to be delivered."""
        if self.ledger != Ledger.read(self._file):
            self.ledger.write(self._file)
        self._saved = time.monotonic()

    def describe(self, server: Server, experiment: RemoteExperiment) -> None:
        """Bring the study's description and views."""
        for key, text in self._described.items():
            if experiment.tags.get(key) != text:
                server.tag_experiment(experiment.id, key, text)
        self.ledger = replace(self.ledger, described=hash_value(self._described))

    def bring(self, server: Server, experiment: RemoteExperiment, stop: Callable[[], bool]) -> None:
        """Deliver every run that waits.

        Raises:
            Unreachable: the server does not answer, or fails again and again.
        """
        failures = 0
        for stamp in self._waiting():
            if stop():
                return
            try:
                self._bring(server, experiment, stamp)
                failures = 0
            except Refused as error:
                self._refused[stamp.name] = str(error)
            except Unreachable as error:
                self.lost_answer = True
                self._refused[stamp.name] = str(error)
                failures += 1
                if failures == PATIENCE:
                    raise
                server.experiment(experiment.name)  # answers, if only this run is the trouble
            self._tell()

    def _bring(self, server: Server, experiment: RemoteExperiment, stamp: Stamp) -> None:
        content = self._read(stamp)
        if content is None:
            return
        entry = self.ledger.runs.get(stamp.run_id)
        made = deliver_run(server, experiment.id, content, entry)
        self.ledger = self.ledger.knowing(stamp.run_id, made)
        self._delivered += not made.deleted

    def _read(self, stamp: Stamp) -> Content | None:
        with database.reading(self._store.database) as connection:
            return read_content(connection, stamp, self._store.artifacts)

    def _tell(self) -> None:
        if time.monotonic() - self._saved > SAVE_EVERY:
            self.save()
            self._watch(self.report())

    def _entry(self, stamp: Stamp) -> Entry | None:
        entry = self.ledger.runs.get(stamp.run_id)
        return entry if entry is not None and entry.digest == stamp.digest else None

    def _waiting(self) -> list[Stamp]:
        return [stamp for stamp in self.stamps if self._entry(stamp) is None]

    def _is_deleted(self, stamp: Stamp) -> bool:
        entry = self._entry(stamp)
        return entry is not None and entry.deleted
