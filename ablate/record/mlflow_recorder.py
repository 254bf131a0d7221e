"""Trials as plain MLflow runs: one experiment a study, one flat run a trial."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from functools import cached_property
from pathlib import Path

from ablate.crash_points import reach
from ablate.record import database, keys, tables
from ablate.record.adopt import find_source
from ablate.record.artifacts import publish, put
from ablate.record.card import TrialCard, recordable
from ablate.record.client import source_tags
from ablate.record.experiment import Experiment
from ablate.record.memory import now_ms
from ablate.record.names import encode, full_name_tags
from ablate.record.reader import read_results
from ablate.record.redact import redact_text, redact_values
from ablate.record.report_run import write_report
from ablate.record.rows import RunRow, storable
from ablate.record.run_writer import RunWriter, changing
from ablate.record.store import Store
from ablate.record.trial_run import (
    failed_tags,
    finished_tags,
    origin_tags,
    params_of,
    started_tags,
    tags_of,
)
from ablate.record.views import Outline
from ablate.results import EpochMetrics, Failed, Finished, ResultSet, Started, Status

_STATES = {
    Status.FAILED: "FAILED",
    Status.DIVERGED: "FAILED",
    Status.INTERRUPTED: "KILLED",
    Status.PRUNED: "KILLED",
}
_FINISHED = {keys.STATUS: Status.FINISHED.value}


class MlflowRecorder:
    """A :class:`~ablate.record.recorder.Recorder` that writes into a :class:`~ablate.record.store.Store`.

    Only one process may record a study at a time. MLflow is imported with the first thing that must be written, so
    that a study without anything to record ends fast. Every method may raise
    :class:`~ablate.errors.RecordError`: the store cannot be read or written.
    """

    def __init__(
        self, store: Store, study: str, description: str = "", clock: Callable[[], int] = now_ms
    ) -> None:
        self._experiment = Experiment(store, study, description)
        self._clock = clock
        self._epochs: dict[str, dict[int, int]] = {}

    def begin(self, card: TrialCard) -> str:
        """See :class:`~ablate.record.recorder.Recorder`."""
        return self._open(recordable(card))[0]

    def event(self, run_id: str, event: Started | EpochMetrics) -> None:
        """See :class:`~ablate.record.recorder.Recorder`."""
        if isinstance(event, Started):
            with self._changing(run_id) as run:
                run.tags(started_tags(event))
                run.start_no_later(event.time_ms)
        else:
            self._epoch(run_id, event)

    def tag(self, run_id: str, tags: Mapping[str, str]) -> None:
        """See :class:`~ablate.record.recorder.Recorder`."""
        with self._changing(run_id) as run:
            run.tags(redact_values(tags))

    def finish(self, run_id: str, event: Finished | Failed, artifacts: Path | None) -> None:
        """See :class:`~ablate.record.recorder.Recorder`."""
        if artifacts is not None:
            publish(artifacts, self._experiment.artifacts(run_id))
            reach("artifacts-published")
        if isinstance(event, Finished):
            self._finish(run_id, event)
        else:
            self._fail(run_id, event)
        self._epochs.pop(run_id, None)

    def reconcile(self, active: Collection[str]) -> tuple[str, ...]:
        """See :class:`~ablate.record.recorder.Recorder`."""
        left = [run for run in self._running() if run.tags[keys.IDENTITY] not in active]
        tags = {keys.STATUS: Status.INTERRUPTED.value, keys.REASON: keys.ORPHANED}
        for run in left:
            epochs = self._recorded_epochs(run.run_id)
            with self._changing(run.run_id) as change:
                change.tags(tags)
                change.end("KILLED", max(epochs.values(), default=run.start_ms))
        return tuple(sorted(run.tags[keys.IDENTITY] for run in left))

    def adopt(self, card: TrialCard) -> str | None:
        """See :class:`~ablate.record.recorder.Recorder`."""
        experiment = self._experiment
        source = find_source(experiment.store, experiment.study, card.identity)
        if source is None:
            return None
        card = recordable(card)
        run_id, start_ms = self._open(card)
        publish(experiment.artifacts(source.run.run_id), experiment.artifacts(run_id))
        tags = {**source.tags(), **tags_of(card, experiment.study), **_FINISHED}
        with self._changing(run_id) as run:
            run.points(source.history)
            run.tags(tags)
            run.end("FINISHED", start_ms + source.duration_ms)
        return run_id

    def report(
        self,
        markdown: str,
        files: Mapping[str, bytes | Path],
        outline: Outline | None = None,
    ) -> None:
        """See :class:`~ablate.record.recorder.Recorder`."""
        write_report(self._experiment, markdown, files, self._clock(), outline)

    def results(self) -> ResultSet:
        """See :class:`~ablate.record.recorder.Recorder`."""
        return read_results(self._experiment.store, self._experiment.study)

    def _open(self, card: TrialCard) -> tuple[str, int]:
        """The run of a trial, in the state RUNNING, and when it was made (ms)."""
        run = self._unfinished(card.identity)
        run_id, start_ms = self._create(card) if run is None else (run.run_id, run.start_ms)
        reach("begin-created")
        with self._changing(run_id) as change:
            if run is not None:
                change.reopen(card.name)
                change.remove_tag(keys.REASON)
                change.tags(self._tags(card))
            change.params(params_of(card))
            if card.dataset:
                change.dataset(card.dataset, card.fingerprint or "unknown")
        self._epochs[run_id] = {} if run is None else self._recorded_epochs(run_id)
        put(self._experiment.artifacts(run_id) / keys.CONFIG_FILE, card.config_yaml)
        return run_id, start_ms

    def _create(self, card: TrialCard) -> tuple[str, int]:
        start_ms = self._clock()
        tags = {**self._source_tags, **self._tags(card)}
        client = self._experiment.client
        return client.create_run(self._experiment.id, card.name, start_ms, tags), start_ms

    def _epoch(self, run_id: str, event: EpochMetrics) -> None:
        """Record an epoch in place of what an earlier attempt recorded from there on."""
        if run_id not in self._epochs:
            self._epochs[run_id] = self._recorded_epochs(run_id)
        recorded = self._epochs[run_id]
        if recorded.get(event.epoch, event.time_ms) > event.time_ms:
            return
        stale = [e for e, ms in recorded.items() if e >= event.epoch and ms < event.time_ms]
        with self._changing(run_id) as run:
            if stale:
                run.forget_epochs(event.epoch, event.time_ms)
                reach("epoch-rewound")
            _write_metrics(run, event.metrics, event.time_ms, event.epoch)
        for epoch in stale:
            del recorded[epoch]
        recorded[event.epoch] = event.time_ms

    def _finish(self, run_id: str, event: Finished) -> None:
        if event.classes:
            names = json.dumps(event.classes, ensure_ascii=False)
            put(self._experiment.artifacts(run_id) / keys.CLASSES_FILE, names)
        summary = {
            f"{prefix}{name}": value
            for prefix, values in zip(
                keys.SUMMARY_PREFIXES, (event.final, event.best, event.measured), strict=True
            )
            for name, value in values.items()
        }
        with self._changing(run_id) as run:
            run.forget_summary(except_ms=event.time_ms)
            _write_metrics(run, summary, event.time_ms, keys.SUMMARY_STEP)
            run.tags(finished_tags(event))
            reach("summary-logged")
            run.end("FINISHED", event.time_ms)

    def _fail(self, run_id: str, event: Failed) -> None:
        if event.details:
            details = redact_text(event.details)
            put(self._experiment.artifacts(run_id) / keys.ERROR_FILE, details)
        with self._changing(run_id) as run:
            run.tags(failed_tags(event))
            run.end(_STATES[event.status], event.time_ms)

    def _unfinished(self, identity: str) -> RunRow | None:
        experiment = self._experiment.found()
        if experiment is None:
            return None
        with database.reading(self._database) as connection:
            return tables.unfinished_run(connection, experiment, identity)

    def _running(self) -> list[RunRow]:
        experiment = self._experiment.found()
        if experiment is None:
            return []
        with database.reading(self._database) as connection:
            return tables.running_runs(connection, experiment)

    def _tags(self, card: TrialCard) -> dict[str, str]:
        return {**origin_tags(card), **tags_of(card, self._experiment.study)}

    @cached_property
    def _source_tags(self) -> dict[str, str]:
        return redact_values(source_tags())

    def _changing(self, run_id: str) -> AbstractContextManager[RunWriter]:
        return changing(self._experiment.database, run_id)

    def _recorded_epochs(self, run_id: str) -> dict[int, int]:
        with database.reading(self._database) as connection:
            return tables.recorded_epochs(connection, run_id)

    @property
    def _database(self) -> Path:
        return self._experiment.store.database


def _write_metrics(run: RunWriter, metrics: Mapping[str, float], time_ms: int, step: int) -> None:
    finite, infinite = storable({encode(name): value for name, value in metrics.items()}, step)
    run.points((key, value, time_ms, step) for key, value in finite.items())
    run.tags({**infinite, **full_name_tags(metrics)})
