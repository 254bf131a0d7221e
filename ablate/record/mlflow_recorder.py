"""Trials as plain MLflow runs: one experiment a study, one flat run a trial."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from functools import cached_property
from pathlib import Path

from ablate.record import database, keys, rewind, tables
from ablate.record.adopt import find_source
from ablate.record.artifacts import publish, put
from ablate.record.card import TrialCard, recordable
from ablate.record.client import Client, source_tags
from ablate.record.experiment import Experiment
from ablate.record.memory import now_ms
from ablate.record.names import encode, full_name_tags
from ablate.record.reader import read_results
from ablate.record.redact import redact_text, redact_values
from ablate.record.report_run import write_report
from ablate.record.rows import RunRow, storable
from ablate.record.store import Store
from ablate.record.trial_run import (
    failed_tags,
    finished_tags,
    origin_tags,
    params_of,
    started_tags,
    tags_of,
)
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
            self._client.log(run_id, tags=started_tags(event))
            rewind.start_no_later(self._database, run_id, event.time_ms)
        elif self._make_way(run_id, event):
            self._log_metrics(run_id, event.metrics, event.time_ms, event.epoch, {})
            self._epochs[run_id][event.epoch] = event.time_ms

    def tag(self, run_id: str, tags: Mapping[str, str]) -> None:
        """See :class:`~ablate.record.recorder.Recorder`."""
        self._client.log(run_id, tags=redact_values(tags))

    def finish(self, run_id: str, event: Finished | Failed, artifacts: Path | None) -> None:
        """See :class:`~ablate.record.recorder.Recorder`."""
        if artifacts is not None:
            publish(artifacts, self._experiment.artifacts(run_id))
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
            epochs = rewind.recorded_epochs(self._database, run.run_id)
            self._client.log(run.run_id, tags=tags)
            self._client.end(run.run_id, "KILLED", max(epochs.values(), default=run.start_ms))
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
        self._client.log_points(run_id, source.history, tags=tags)
        self._client.end(run_id, "FINISHED", start_ms + source.duration_ms)
        return run_id

    def report(self, markdown: str, files: Mapping[str, bytes | Path]) -> None:
        """See :class:`~ablate.record.recorder.Recorder`."""
        write_report(self._experiment, markdown, files, self._clock())

    def results(self) -> ResultSet:
        """See :class:`~ablate.record.recorder.Recorder`."""
        return read_results(self._experiment.store, self._experiment.study)

    def _open(self, card: TrialCard) -> tuple[str, int]:
        """The run of a trial, in the state RUNNING, and when it was made (ms)."""
        run = self._unfinished(card.identity)
        run_id, start_ms = self._create(card) if run is None else self._reopen(run, card)
        if card.dataset:
            self._client.log_dataset(run_id, card.dataset, card.fingerprint or "unknown")
        put(self._experiment.artifacts(run_id) / keys.CONFIG_FILE, card.config_yaml)
        return run_id, start_ms

    def _create(self, card: TrialCard) -> tuple[str, int]:
        start_ms = self._clock()
        tags = {**self._source_tags, **self._tags(card)}
        run_id = self._client.create_run(self._experiment.id, card.name, start_ms, tags)
        self._client.log(run_id, params=params_of(card))
        self._epochs[run_id] = {}
        return run_id, start_ms

    def _reopen(self, run: RunRow, card: TrialCard) -> tuple[str, int]:
        """Parameters that stand stay: MLflow lets nobody change them."""
        self._client.reopen(run.run_id, card.name)
        if keys.REASON in run.tags:
            self._client.delete_tag(run.run_id, keys.REASON)
        missing = {key: text for key, text in params_of(card).items() if key not in run.params}
        self._client.log(run.run_id, params=missing, tags=self._tags(card))
        self._epochs[run.run_id] = rewind.recorded_epochs(self._database, run.run_id)
        return run.run_id, run.start_ms

    def _make_way(self, run_id: str, event: EpochMetrics) -> bool:
        """Whether to log an epoch; takes back what an earlier attempt logged from there on."""
        if run_id not in self._epochs:
            self._epochs[run_id] = rewind.recorded_epochs(self._database, run_id)
        recorded = self._epochs[run_id]
        if recorded.get(event.epoch, event.time_ms) > event.time_ms:
            return False
        stale = [e for e, ms in recorded.items() if e >= event.epoch and ms < event.time_ms]
        if stale:
            rewind.forget_epochs(self._database, run_id, event.epoch, event.time_ms)
        for epoch in stale:
            del recorded[epoch]
        return True

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
        rewind.forget_summary(self._database, run_id, except_ms=event.time_ms)
        self._log_metrics(run_id, summary, event.time_ms, keys.SUMMARY_STEP, finished_tags(event))
        self._client.end(run_id, "FINISHED", event.time_ms)

    def _fail(self, run_id: str, event: Failed) -> None:
        if event.details:
            details = redact_text(event.details)
            put(self._experiment.artifacts(run_id) / keys.ERROR_FILE, details)
        self._client.log(run_id, tags=failed_tags(event))
        self._client.end(run_id, _STATES[event.status], event.time_ms)

    def _log_metrics(
        self,
        run_id: str,
        metrics: Mapping[str, float],
        time_ms: int,
        step: int,
        tags: Mapping[str, str],
    ) -> None:
        written = {encode(name): value for name, value in metrics.items()}
        finite, infinite = storable(written, step)
        all_tags = {**tags, **infinite, **full_name_tags(metrics)}
        self._client.log(run_id, metrics=finite, time_ms=time_ms, step=step, tags=all_tags)

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

    @property
    def _client(self) -> Client:
        return self._experiment.client

    @property
    def _database(self) -> Path:
        return self._experiment.store.database
