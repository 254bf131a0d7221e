"""What a server holds of a study: which of its runs stands for which local one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ablate.record import keys
from ablate.record.delivery.content import Stamp
from ablate.record.delivery.errors import Refused
from ablate.record.delivery.ledger import Entry, Ledger
from ablate.record.delivery.server import Server

if TYPE_CHECKING:
    from mlflow.entities import Run


@dataclass(frozen=True, slots=True)
class RemoteExperiment:
    """A study's experiment at a server."""

    id: str
    name: str
    created_ms: int
    tags: Mapping[str, str]

    @property
    def key(self) -> str:
        """Tells it from one of the same number after the server was set up anew."""
        return f"{self.id}@{self.created_ms}"


def find_experiment(server: Server, study: str) -> RemoteExperiment:
    """The experiment of a study at the server; makes it if there is none.

    Raises:
        Refused: it was deleted there.
    """
    found = server.experiment(study)
    if found is None:
        with suppress(Refused):  # another driver was faster; if not, it is still missing below
            server.create_experiment(study)
        found = server.experiment(study)
    if found is None or found.lifecycle_stage != "active":
        raise Refused(
            f"the tracking server {server.address.uri} has no experiment {study!r} that is not deleted. "
            "Restore it there, or give the study another name"
        )
    return RemoteExperiment(found.experiment_id, study, found.creation_time or 0, found.tags)


def survey(
    server: Server, experiment: RemoteExperiment, stamps: Iterable[Stamp], ledger: Ledger
) -> Ledger:
    """The ledger, set right by what the server lists.

    A request to make a run whose answer was lost may have made it all the same, so that a local run has two: one is
    kept, the others go into the bin, and so does one that was to be replaced when the process was killed.
    """
    listed: dict[str, list[Run]] = defaultdict(list)
    for run in server.runs(experiment.id, deleted=True):
        if keys.LOCAL_RUN in run.data.tags:
            listed[run.data.tags[keys.LOCAL_RUN]].append(run)
    entries = {
        stamp.run_id: _entry(server, stamp, listed.get(stamp.run_id, ()), ledger.runs)
        for stamp in stamps
    }
    known = {run_id: entry for run_id, entry in entries.items() if entry is not None}
    return Ledger(experiment.key, ledger.described, known)


def _entry(
    server: Server, stamp: Stamp, runs: Collection[Run], known: Mapping[str, Entry]
) -> Entry | None:
    entry = known.get(stamp.run_id)
    kept = _only(server, runs, entry)
    if kept is None:
        if entry is not None or any(keys.REPLACED not in run.data.tags for run in runs):
            server_run = entry.server_run if entry else ""
            return Entry(server_run, stamp.digest, deleted=True)
        return None
    run_id = kept.info.run_id
    delivered = kept.data.tags.get(keys.DELIVERED) if kept.info.status == stamp.state else None
    if entry is None or entry.server_run != run_id or entry.deleted:
        return Entry(run_id, delivered or "")
    if entry.digest == stamp.digest and stamp.ended and delivered != stamp.digest:
        return Entry(run_id)
    return entry


def _only(server: Server, runs: Iterable[Run], entry: Entry | None) -> Run | None:
    """The run that stays, of those that are active."""
    active = [run for run in runs if run.info.lifecycle_stage == "active"]
    valid = [run for run in active if keys.REPLACED not in run.data.tags]
    preferred = entry.server_run if entry else None
    kept = min(valid, key=lambda run: (run.info.run_id != preferred, run.info.run_id), default=None)
    for run in active:
        if run is not kept:
            server.delete_run(run.info.run_id)
    return kept
