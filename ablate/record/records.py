"""Where recorded results are read from: the local store, or a tracking server."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Protocol

from ablate.outcomes import SplitOutcomes
from ablate.record.curves import Curve, read_curves, read_durations
from ablate.record.outcomes import read_outcomes
from ablate.record.reader import read_results
from ablate.record.store import Store
from ablate.results import ResultSet


class Records(Protocol):
    """The records of one study.

    Raises:
        RecordError: (every method) they cannot be read.
    """

    def results(self) -> ResultSet:
        """Every trial, also of rows that the plan no longer has."""

    def curves(self, run_ids: Iterable[str], metric: str) -> dict[str, Curve]:
        """Run id to (epoch, value)."""

    def durations(self, run_ids: Iterable[str]) -> dict[str, float]:
        """Run id to seconds, of runs that have ended."""


@dataclass(frozen=True, slots=True)
class StoreRecords:
    """The records of a study in a local store."""

    store: Store
    study: str

    def results(self) -> ResultSet:
        """See :class:`Records`."""
        return replace(read_results(self.store, self.study), outcomes=self.outcomes)

    def outcomes(self, run_id: str, split: str) -> SplitOutcomes | None:
        """What became of each image of a split; ``None`` where that is not recorded, or not on this machine."""
        return read_outcomes(self.store, run_id, split)

    def curves(self, run_ids: Iterable[str], metric: str) -> dict[str, Curve]:
        """See :class:`Records`."""
        return read_curves(self.store, run_ids, metric)

    def durations(self, run_ids: Iterable[str]) -> dict[str, float]:
        """See :class:`Records`."""
        return read_durations(self.store, run_ids)
