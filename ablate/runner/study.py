"""A study opened for work: its plan, its data and its records. The public face of the package."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from ablate.data.place import DataPlace, default_place
from ablate.errors import DataError
from ablate.plan.compile import compile_plan
from ablate.plan.types import Plan, Trial
from ablate.record.reader import read_results
from ablate.record.store import Store
from ablate.results import ResultSet, Status, TrialResult
from ablate.runner.identities import identities
from ablate.spec.study import Draft, read_draft


class Study:
    """One study file, opened.

    Args:
        path: the study file.
        profile: a name under ``profiles:``.
        settings: ``key=value`` texts that override the file.
        only: names of ablations; all of them by default.
        store: the folder of records; ``$ABLATE_STORE`` or ``./mlruns`` by default.
        data: the folder of data sets; ``$ABLATE_DATA`` by default.

    Raises:
        StudyError: the file is not valid; holds every mistake with its line.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        profile: str | None = None,
        settings: Iterable[str] = (),
        only: Iterable[str] = (),
        store: str | Path | None = None,
        data: str | Path | None = None,
    ) -> None:
        self.path = Path(path)
        self.profile = profile
        self.draft: Draft = read_draft(self.path, profile, settings)
        self.plan: Plan = compile_plan(self.draft, tuple(only))
        self.store = Store(Path(store or os.environ.get("ABLATE_STORE") or "mlruns").absolute())
        self.place: DataPlace = default_place(Path(data) if data else None, self.path.parent)

    @cached_property
    def identities(self) -> Mapping[Trial, str]:
        """Each trial's identity; nothing is downloaded for it.

        Raises:
            DataError: the data is not on this machine, so that it has no fingerprint.
        """
        return identities(self.plan, replace(self.place, downloads=None))

    def results(self) -> ResultSet:
        """What is recorded of this plan's trials, in the order of the plan.

        Where the data is not on this machine, the newest recorded result of each configuration counts.
        """
        recorded = read_results(self.store, self.plan.study)
        try:
            known = self.identities
        except DataError:
            return replace(recorded, trials=_newest(self.plan, recorded))
        by_identity = recorded.by_identity()
        found = (by_identity.get(known[trial]) for trial in self.plan.trials)
        return replace(recorded, trials=tuple(result for result in found if result is not None))

    def missing(self, *, retry_failed: bool = False) -> tuple[Trial, ...]:
        """The trials that :func:`ablate.run` would train, in their order.

        Raises:
            DataError: the data is not on this machine yet; :func:`ablate.check` fetches what can be fetched.
        """
        recorded = self.results().by_identity()
        return tuple(
            trial
            for trial in self.plan.trials
            if _is_open(recorded.get(self.identities[trial]), retry_failed)
        )

    def is_done(self, *, retry_failed: bool = False) -> bool:
        """Whether nothing is left to train; not while the data is not even here."""
        if len(read_results(self.store, self.plan.study)) < len(self.plan.trials):
            return False  # said without a look at the data
        try:
            return not self.missing(retry_failed=retry_failed)
        except DataError:
            return False


def _is_open(result: TrialResult | None, retry_failed: bool) -> bool:
    if result is None or not result.status.settled:
        return True
    return retry_failed and result.status is not Status.FINISHED


def _newest(plan: Plan, recorded: ResultSet) -> tuple[TrialResult, ...]:
    newest: dict[tuple[str, int], TrialResult] = {}
    for result in sorted(
        recorded, key=lambda item: (item.status is Status.FINISHED, item.start_ms)
    ):
        newest[result.condition, result.seed] = result
    found = (newest.get((trial.condition, trial.seed)) for trial in plan.trials)
    return tuple(result for result in found if result is not None)
