"""One pass over a study: everything that a server lacks of it, brought there once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ablate.record import database, tables
from ablate.record.delivery.address import Address
from ablate.record.delivery.content import Stamp, stamps
from ablate.record.delivery.errors import Refused, Unreachable
from ablate.record.delivery.ledger import Ledger
from ablate.record.delivery.places import Places
from ablate.record.delivery.remote import find_experiment, survey
from ablate.record.delivery.report import DeliveryReport
from ablate.record.delivery.server import Server, connecting
from ablate.record.delivery.work import Watch, Work, nobody
from ablate.record.store import Store


def never() -> bool:
    """Go on to the end."""
    return False


def deliver(
    store: Store, study: str, uri: str, *, stop: Callable[[], bool] = never
) -> DeliveryReport:
    """Bring to a tracking server whatever it lacks of a study's recorded runs.

    Trials and the report come with everything that is recorded of them. Killed at any moment and repeated, this ends
    with the same content, once. Runs that somebody deleted at the server are left deleted. A run whose epochs were
    taken back here since they were delivered is deleted there and delivered anew: MLflow takes no metric back.

    Args:
        store: where the runs are recorded.
        study: its name.
        uri: the server's address, ``http://`` or ``https://``.
        stop: asked before each run whether to end here.

    Raises:
        UsageError: the address is not one of a tracking server.
        RecordError: the local store cannot be used. What the server does is in the report.
    """
    return Delivery(store, study, Address.parse(uri)).once(stop)


class Delivery:
    """Passes over one study to one server; the first one, and each after a lost answer, surveys the server."""

    def __init__(self, store: Store, study: str, address: Address) -> None:
        self._store = store
        self._study = study
        self._address = address
        self._places = Places.of(store, study, address)
        self._survey_due = True
        self._last = DeliveryReport()
        self._seen = b""

    def once(self, stop: Callable[[], bool] = never, watch: Watch = nobody) -> DeliveryReport:
        """See :func:`deliver`; ``watch`` is told now and then how far it is."""
        if not self._store.exists:
            return DeliveryReport()
        seen = database.change_counter(self._store.database)
        if self._last.complete and seen == self._seen:
            return replace(self._last, delivered=0)
        self._last, self._seen = self._look_and_pass(stop, watch), seen
        return self._last

    def _look_and_pass(self, stop: Callable[[], bool], watch: Watch) -> DeliveryReport:
        with database.reading(self._store.database) as connection:
            experiment = tables.experiment_id(connection, self._study)
            if experiment is None:
                return DeliveryReport()
            found = [stamp for stamp in stamps(connection, experiment) if stamp.ready]
            described = tables.experiment_tags(connection, experiment)
        with self._places.alone() as alone:
            if not alone:
                busy = f"another process is delivering this study to {self._address.uri}"
                return DeliveryReport(waiting=len(found), error=busy)
            return self._pass(found, described, stop, watch)

    def _pass(
        self, found: list[Stamp], described: dict[str, str], stop: Callable[[], bool], watch: Watch
    ) -> DeliveryReport:
        work = Work(self._store, self._places.ledger, found, described, watch)
        if work.is_done and not self._survey_due:
            return work.report()
        watch(work.report())
        try:
            with connecting(self._address):
                self._deliver(Server(self._address), work, stop)
        except (Unreachable, Refused) as error:
            self._survey_due = True
            return work.report(str(error))
        finally:
            work.save()
        self._survey_due = work.lost_answer
        return work.report()

    def _deliver(self, server: Server, work: Work, stop: Callable[[], bool]) -> None:
        experiment = find_experiment(server, self._study)
        if self._survey_due or work.ledger.experiment != experiment.key:
            known = work.ledger if work.ledger.experiment == experiment.key else Ledger()
            work.ledger = survey(server, experiment, work.stamps, known)
        work.describe(server, experiment)
        work.bring(server, experiment, stop)
