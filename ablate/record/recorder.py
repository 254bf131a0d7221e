"""What every recorder does: the driver tells it of trials, and it keeps them.

A recorder is called by the driver alone. Every call may be repeated with the same values, which changes nothing: after
a crash the driver simply tells everything again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Protocol

from ablate.record.card import TrialCard
from ablate.record.views import Outline
from ablate.results import EpochMetrics, Failed, Finished, ResultSet, Started


class Recorder(Protocol):
    """Keeps the trials of one study."""

    def begin(self, card: TrialCard) -> str:
        """A trial is going to run; the id of its run.

        Opens the run this identity already has, unless that is finished; what is recorded there stays.
        """

    def event(self, run_id: str, event: Started | EpochMetrics) -> None:
        """The trial started to train, or ended an epoch.

        An epoch stands in the record once: told again with the same time it changes nothing, told with a later
        time (a new attempt) it replaces that epoch and those after it, with an earlier time it is ignored.
        """

    def tag(self, run_id: str, tags: Mapping[str, str]) -> None:
        """Note something more of a run, whatever its state."""

    def finish(self, run_id: str, event: Finished | Failed, artifacts: Path | None) -> None:
        """The trial ended; every file below the folder ``artifacts`` becomes an artifact of the run."""

    def reconcile(self, active: Collection[str]) -> tuple[str, ...]:
        """Mark runs as interrupted that claim to be running although their identity is not in ``active``.

        Returns:
            Their identities, sorted.
        """

    def adopt(self, card: TrialCard) -> str | None:
        """Copy the finished result of this identity from another study of the store; its new run.

        ``None`` if no other study has finished it.
        """

    def report(
        self,
        markdown: str,
        files: Mapping[str, bytes | Path],
        outline: Outline | None = None,
    ) -> None:
        """Show the study's table, and keep ``files`` (relative name to content) with it.

        ``outline`` says what the views show that are prepared where there is a UI for them.
        """

    def results(self) -> ResultSet:
        """All that is recorded of the study."""
