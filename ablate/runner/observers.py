"""What follows from each event of a running study: its record in MLflow, and several observers at once."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from ablate.files import write_bytes
from ablate.record.card import TrialCard
from ablate.record.recorder import Recorder
from ablate.results import EpochMetrics, Failed, Started, Status
from ablate.schedule.job import Job, Outcome, Slot
from ablate.schedule.observer import Observer, Running


class Observers:
    """Several observers as one; each is told in turn."""

    def __init__(self, *observers: Observer) -> None:
        self._observers = observers

    def started(self, job: Job, slot: Slot) -> None:
        """Pass on."""
        for observer in self._observers:
            observer.started(job, slot)

    def event(self, job: Job, event: Started | EpochMetrics) -> None:
        """Pass on."""
        for observer in self._observers:
            observer.event(job, event)

    def retried(self, job: Job, failure: Failed) -> None:
        """Pass on."""
        for observer in self._observers:
            observer.retried(job, failure)

    def ended(self, outcome: Outcome) -> None:
        """Pass on."""
        for observer in self._observers:
            observer.ended(outcome)

    def tick(self, running: Sequence[Running]) -> None:
        """Pass on."""
        for observer in self._observers:
            observer.tick(running)


class Recording:
    """Delivers what trials wrote into their folders to the recorder, and clears delivered folders.

    ``split`` is the one whose confusion matrix is drawn too.
    """

    def __init__(self, recorder: Recorder, cards: Mapping[str, TrialCard], split: str) -> None:
        self._recorder = recorder
        self._split = split
        self._cards = cards
        self._runs: dict[str, str] = {}

    def started(self, job: Job, slot: Slot) -> None:
        """Begin the trial's run."""
        card = self._cards[job.identity]
        tags = {**card.tags, "device": slot.device}
        self._runs[job.identity] = self._recorder.begin(replace(card, tags=tags))

    def event(self, job: Job, event: Started | EpochMetrics) -> None:
        """Record an epoch."""
        self._recorder.event(self._runs[job.identity], event)

    def retried(self, job: Job, failure: Failed) -> None:
        """Nothing: the run goes on."""

    def ended(self, outcome: Outcome) -> None:
        """Record the result and the artifacts; an interrupted trial keeps its folder, to be resumed."""
        job = outcome.job
        artifacts = job.folder / "artifacts"
        interrupted = (
            isinstance(outcome.event, Failed) and outcome.event.status is Status.INTERRUPTED
        )
        if not interrupted:
            draw_confusion(artifacts, self._split, job.name)
            _keep_log(job.log_file, artifacts)
        folder = artifacts if artifacts.is_dir() and not interrupted else None
        self._recorder.finish(self._runs.pop(job.identity), outcome.event, folder)
        if not interrupted:
            shutil.rmtree(job.folder)

    def tick(self, running: Sequence[Running]) -> None:
        """Nothing: records follow events."""


def draw_confusion(artifacts: Path, split: str, name: str) -> None:
    """A picture beside the confusion matrix of the split that the tables report, if the trial wrote one."""
    file = artifacts / "confusion" / f"{split}.json"
    if not file.exists():
        return
    from ablate.report.figures.confusion import confusion_figure

    matrix = json.loads(file.read_text(encoding="utf-8"))
    counts = np.asarray(matrix["counts"], dtype=np.int64)
    picture = confusion_figure(counts, tuple(matrix["classes"]), f"{name}: {split}")
    write_bytes(file.with_suffix(".png"), picture)


def _keep_log(log: Path, artifacts: Path) -> None:
    if log.exists() and log.stat().st_size:
        artifacts.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(log, artifacts / "log.txt")
