"""Records kept in memory: for tests, and to see what a study would record."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from ablate.record import keys
from ablate.record.card import TrialCard, one_line, recordable
from ablate.record.names import relative_name
from ablate.record.views import Outline
from ablate.results import EpochMetrics, Failed, Finished, ResultSet, Started, Status, TrialResult

V = TypeVar("V")


def now_ms() -> int:
    """The wall clock in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


@dataclass(slots=True)
class MemoryRun:
    """One run: its trial, its epochs (epoch to metrics) and its artifacts (name to content)."""

    result: TrialResult
    epochs: dict[int, EpochMetrics] = field(default_factory=dict)
    artifacts: dict[str, bytes] = field(default_factory=dict)


@dataclass(slots=True)
class MemoryStore:
    """What the recorders of several studies share."""

    studies: dict[str, dict[str, MemoryRun]] = field(default_factory=dict)
    reports: dict[str, tuple[str, dict[str, bytes]]] = field(default_factory=dict)


class MemoryRecorder:
    """A :class:`~ablate.record.recorder.Recorder` that keeps everything in a :class:`MemoryStore`."""

    def __init__(self, store: MemoryStore, study: str, clock: Callable[[], int] = now_ms) -> None:
        self._store = store
        self._study = study
        self._clock = clock
        self.runs = store.studies.setdefault(study, {})

    def begin(self, card: TrialCard) -> str:
        """See :class:`~ablate.record.recorder.Recorder`."""
        card = recordable(card)
        open_run = self._unfinished(card.identity)
        if open_run is None:
            return self._add(_result(card, self._clock()))
        run = self.runs[open_run]
        factors = {**card.factors, **run.result.factors}
        run.result = replace(
            _result(card, run.result.start_ms),
            run_id=open_run,
            device=run.result.device,
            factors=_sorted(factors),
            searches={**run.result.searches, **keys.searches_of(card.tags)},
        )
        return open_run

    def event(self, run_id: str, event: Started | EpochMetrics) -> None:
        """See :class:`~ablate.record.recorder.Recorder`."""
        run = self.runs[run_id]
        if isinstance(event, Started):
            run.result = replace(run.result, device=event.device)
            return
        known = run.epochs.get(event.epoch)
        if known is not None and known.time_ms > event.time_ms:
            return
        stale = [e for e, m in run.epochs.items() if e >= event.epoch and m.time_ms < event.time_ms]
        for epoch in stale:
            del run.epochs[epoch]
        run.epochs[event.epoch] = event

    def tag(self, run_id: str, tags: Mapping[str, str]) -> None:
        """See :class:`~ablate.record.recorder.Recorder`."""
        run = self.runs[run_id]
        searches = {**run.result.searches, **keys.searches_of(tags)}
        run.result = replace(run.result, searches=searches)

    def finish(self, run_id: str, event: Finished | Failed, artifacts: Path | None) -> None:
        """See :class:`~ablate.record.recorder.Recorder`."""
        run = self.runs[run_id]
        if artifacts is not None:
            run.artifacts |= {
                file.relative_to(artifacts).as_posix(): file.read_bytes()
                for file in sorted(artifacts.rglob("*"))
                if file.is_file() and not file.is_symlink()
            }
        if isinstance(event, Failed):
            run.result = replace(run.result, status=event.status, reason=one_line(event.reason))
            return
        run.result = replace(
            run.result,
            status=Status.FINISHED,
            metrics=_sorted(event.final),
            best=_sorted(event.best),
            measured=_sorted(event.measured),
            classes=event.classes,
        )

    def reconcile(self, active: Collection[str]) -> tuple[str, ...]:
        """See :class:`~ablate.record.recorder.Recorder`."""
        left = [
            run
            for run in self.runs.values()
            if run.result.status is Status.RUNNING and run.result.identity not in active
        ]
        for run in left:
            run.result = replace(run.result, status=Status.INTERRUPTED, reason=keys.ORPHANED)
        return tuple(sorted(run.result.identity for run in left))

    def adopt(self, card: TrialCard) -> str | None:
        """See :class:`~ablate.record.recorder.Recorder`."""
        source = self._finished_elsewhere(card.identity)
        if source is None:
            return None
        run_id = self.begin(card)
        target = self.runs[run_id]
        target.epochs, target.artifacts = dict(source.epochs), dict(source.artifacts)
        target.result = replace(
            target.result,
            status=Status.FINISHED,
            metrics=source.result.metrics,
            best=source.result.best,
            measured=source.result.measured,
            classes=source.result.classes,
            device=source.result.device,
            fingerprint=source.result.fingerprint,
        )
        return run_id

    def report(
        self,
        markdown: str,
        files: Mapping[str, bytes | Path],
        outline: Outline | None = None,
    ) -> None:
        """See :class:`~ablate.record.recorder.Recorder`."""
        contents = {
            str(relative_name(name)): item.read_bytes() if isinstance(item, Path) else item
            for name, item in files.items()
        }
        self._store.reports[self._study] = (markdown, contents)

    def results(self) -> ResultSet:
        """See :class:`~ablate.record.recorder.Recorder`."""
        chosen: dict[str, TrialResult] = {}
        for run in self.runs.values():
            kept = chosen.get(run.result.identity)
            if (
                kept is None
                or kept.status is not Status.FINISHED
                or run.result.status is kept.status
            ):
                chosen[run.result.identity] = run.result
        ordered = sorted(
            chosen.values(), key=lambda item: (item.condition, item.seed, item.identity)
        )
        return ResultSet(self._study, tuple(ordered))

    def _unfinished(self, identity: str) -> str | None:
        for run_id, run in self.runs.items():
            if run.result.identity == identity and run.result.status is not Status.FINISHED:
                return run_id
        return None

    def _finished_elsewhere(self, identity: str) -> MemoryRun | None:
        runs = (
            run
            for study, runs in self._store.studies.items()
            if study != self._study
            for run in runs.values()
            if run.result.identity == identity and run.result.status is Status.FINISHED
        )
        return next(runs, None)

    def _add(self, result: TrialResult) -> str:
        run_id = f"{self._study}-{len(self.runs)}"
        self.runs[run_id] = MemoryRun(replace(result, run_id=run_id))
        return run_id


def _result(card: TrialCard, start_ms: int) -> TrialResult:
    return TrialResult(
        identity=card.identity,
        condition=card.condition,
        seed=card.seed,
        status=Status.RUNNING,
        name=card.name,
        factors=_sorted(card.factors),
        fingerprint=card.fingerprint,
        start_ms=start_ms,
        shared_device=int(card.tags.get(keys.SHARED_DEVICE, "1")),
        searches=keys.searches_of(card.tags),
        spaces=keys.spaces_of(card.tags),
    )


def _sorted(values: Mapping[str, V]) -> dict[str, V]:
    return {key: values[key] for key in sorted(values)}
