"""The records of a study read from a tracking server, on any machine that reaches it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from ablate.errors import RecordError
from ablate.outcomes import SplitOutcomes
from ablate.record import keys
from ablate.record.client_reader import row_of
from ablate.record.curves import Curve
from ablate.record.delivery.address import Address
from ablate.record.delivery.server import Server, connecting
from ablate.record.names import encode
from ablate.record.outcomes import outcomes_name, parsed
from ablate.record.rows import to_results
from ablate.results import ResultSet

if TYPE_CHECKING:
    from mlflow.entities import Run


def read_server_results(uri: str, study: str) -> ResultSet:
    """The trials of a study at a tracking server, as :func:`ablate.record.read_results` gives those of a store.

    The run of each result is the one at the server.

    Raises:
        UsageError: ``uri`` is not the address of a tracking server.
        RecordError: the server does not answer, or refuses.
    """
    return ServerReader(uri, study).results()


class ServerReader:
    """What is recorded of a study at a tracking server; its runs are listed once.

    Raises:
        UsageError: ``uri`` is not the address of a tracking server.
        RecordError: (every method) the server does not answer, or refuses.
    """

    def __init__(self, uri: str, study: str) -> None:
        self._address = Address.parse(uri)
        self._study = study

    def results(self) -> ResultSet:
        """The trials, one for each identity, by condition and seed."""
        trials = to_results(row_of(run) for run in self._runs.values())
        return ResultSet(self._study, trials, self.outcomes)

    def outcomes(self, run_id: str, split: str) -> SplitOutcomes | None:
        """What became of each image of a split; ``None`` where that is not recorded."""
        with connecting(self._address):
            content = Server(self._address).download(run_id, outcomes_name(split))
        return None if content is None else parsed(content, run_id, split)

    def curves(self, run_ids: Iterable[str], metric: str) -> dict[str, Curve]:
        """Run id to (epoch, value) in ascending order; runs without a value are left out."""
        key = encode(metric)
        with connecting(self._address):
            server = Server(self._address)
            histories = {run_id: server.history(run_id, key) for run_id in run_ids}
        found = {
            run_id: {
                step: value
                for _, value, _, step in sorted(history, key=lambda point: (point[3], point[2]))
                if step > keys.SUMMARY_STEP
            }
            for run_id, history in histories.items()
        }
        return {run_id: tuple(points.items()) for run_id, points in found.items() if points}

    def durations(self, run_ids: Iterable[str]) -> dict[str, float]:
        """Run id to seconds from its start to its end; runs that have not ended are left out."""
        wanted = [self._runs[run_id].info for run_id in run_ids if run_id in self._runs]
        return {
            info.run_id: (info.end_time - info.start_time) / 1000
            for info in wanted
            if info.end_time
        }

    @cached_property
    def _runs(self) -> dict[str, Run]:
        with connecting(self._address):
            server = Server(self._address)
            experiment = server.experiment(self._study)
            if experiment is None:
                return {}
            if experiment.lifecycle_stage != "active":
                raise RecordError(
                    f"the experiment {self._study!r} was deleted at {self._address.uri}. Restore it there"
                )
            runs = server.runs(experiment.experiment_id)
            return {run.info.run_id: run for run in runs if keys.IDENTITY in run.data.tags}
