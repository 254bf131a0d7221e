"""A study opened for work: its plan, its data and its records. The public face of the package."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from ablate.data.place import DataPlace, default_place
from ablate.errors import DataError
from ablate.plan.compile import compile_plan
from ablate.plan.search.types import SearchResult
from ablate.plan.types import Place, Plan, Trial
from ablate.record.records import Records, StoreRecords
from ablate.record.store import Store
from ablate.results import ResultSet, Status, TrialResult
from ablate.runner.identities import identities
from ablate.runner.prunable import prunable_conditions
from ablate.runner.rescoring import rescored
from ablate.runner.searches import found_of, read_searches
from ablate.runner.upstream import is_upstream_failure
from ablate.spec.columns import USUAL_LAYOUT, Layout
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
        tracking_uri: an MLflow server to read results from, instead of the store.

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
        tracking_uri: str | None = None,
    ) -> None:
        self._tracking_uri = tracking_uri
        self.path = Path(path)
        self.profile = profile
        self.draft: Draft = read_draft(self.path, profile, settings)
        self._only = tuple(only)
        self._plan = compile_plan(self.draft, self._only)
        self._current = not self._plan.searches
        self.store = Store(Path(store or os.environ.get("ABLATE_STORE") or "mlruns").absolute())
        self.place: DataPlace = default_place(Path(data) if data else None, self.path.parent)

    @property
    def plan(self) -> Plan:
        """What the study runs; rows that wait for a search are in it once the records say what the search found.

        Raises:
            RecordError: the records of a study with searches cannot be read.
        """
        if not self._current:
            self._current = True
            self._follow_searches()
        return self._plan

    def _follow_searches(self) -> None:
        recorded = self.recorded()
        found: Mapping[str, Mapping[str, Any]] = {}
        while (
            more := found_of(read_searches(self._plan.searches, recorded, self.records))
        ) != found:
            found = more
            self.adopt_found(found)

    def adopt_found(self, found: Mapping[str, Mapping[str, Any]]) -> None:
        """Plan with what searches found: key of an ended search to its best parameters."""
        self._plan = compile_plan(self.draft, self._only, found)
        self.__dict__.pop("identities", None)
        self.__dict__.pop("identity_at", None)

    def refresh(self) -> None:
        """Look at the records anew for what searches have found."""
        self._current = not self._plan.searches

    @property
    def lock(self) -> Path:
        """Held by the process that runs the study."""
        return self.store.trials / f"{self._plan.study}.lock"

    @property
    def journal(self) -> Path:
        """The file of the study's Optuna studies."""
        return self.store.optuna / f"{self._plan.study}.journal"

    def recorded(self) -> ResultSet:
        """All that is recorded of the study, also of rows that the plan no longer has and of searches."""
        return self.records.results()

    @property
    def layout(self) -> Layout:
        """What the tables show beside the primary metric."""
        return self.draft.header.layout if self.draft.header is not None else USUAL_LAYOUT

    @cached_property
    def records(self) -> Records:
        """Where results are read from: the store, or the tracking server that was named."""
        if self._tracking_uri is None:
            return StoreRecords(self.store, self._plan.study)
        from ablate.record.server_reader import ServerReader

        return ServerReader(self._tracking_uri, self._plan.study)

    def searches(self) -> dict[str, SearchResult]:
        """Key to what is recorded of each search of the plan."""
        plans = self.plan.searches
        if not plans:
            return {}
        return read_searches(plans, self.recorded(), self.records)

    @cached_property
    def identities(self) -> Mapping[Trial, str]:
        """Each trial's identity; nothing is downloaded for it.

        Raises:
            DataError: the data is not on this machine, so that it has no fingerprint.
        """
        return identities(self.plan, replace(self.place, downloads=None), self.path.parent)

    @cached_property
    def identity_at(self) -> Mapping[Place, str]:
        """As :attr:`identities`, by condition and seed."""
        return {trial.place: identity for trial, identity in self.identities.items()}

    def results(self) -> ResultSet:
        """What is recorded of this plan's trials, in the order of the plan.

        Where the data is not on this machine, the newest recorded result of each configuration counts.
        """
        recorded = self.recorded()
        try:
            known = self.identities
        except DataError:
            newest = replace(recorded, trials=_newest(self.plan, recorded))
            return rescored(newest, self.plan, self.store.artifacts / self.plan.study)
        by_identity = recorded.by_identity()
        found = (by_identity.get(known[trial]) for trial in self.plan.trials)
        mine = replace(recorded, trials=tuple(result for result in found if result is not None))
        return rescored(mine, self.plan, self.store.artifacts / self.plan.study)

    def missing(self, *, retry_failed: bool = False) -> tuple[Trial, ...]:
        """The trials that :func:`ablate.run` would train, in their order.

        Raises:
            DataError: the data is not on this machine yet; :func:`ablate.check` fetches what can be fetched.
        """
        recorded = self.results().by_identity()
        prunable = prunable_conditions(self.plan)
        pruned = {
            result.condition
            for result in recorded.values()
            if result.status is Status.PRUNED and result.condition in prunable
        }
        places: set[Place] = set()
        found = []
        for trial in self.plan.trials:
            result = recorded.get(self.identities[trial])
            if trial.condition in pruned:
                continue
            if _is_open(result, retry_failed) or self._may_start_now(
                trial, result, recorded, places
            ):
                places.add(trial.place)
                found.append(trial)
        return tuple(found)

    def _may_start_now(
        self,
        trial: Trial,
        result: TrialResult | None,
        recorded: Mapping[str, TrialResult],
        missing: Collection[Place],
    ) -> bool:
        """Whether a trial failed only because its upstream trial did, which is no longer so."""
        start = self.plan.upstream(trial)
        if start is None or result is None or not is_upstream_failure(result):
            return False
        upstream = recorded.get(self.identity_at[start])
        return start in missing or (upstream is not None and upstream.status is Status.FINISHED)

    def is_done(self, *, retry_failed: bool = False) -> bool:
        """Whether nothing is left to train; not while the data is not even here."""
        recorded = len(self.recorded())
        if recorded < len(self.plan.trials) and not prunable_conditions(self.plan):
            return False  # said without a look at the data
        if not all(search.finished for search in self.searches().values()):
            return False
        try:
            return not self.missing(retry_failed=retry_failed)
        except DataError:
            return False


def _is_open(result: TrialResult | None, retry_failed: bool) -> bool:
    if result is None or not result.status.settled or result.status is Status.PRUNED:
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
