"""What follows from each event of a running study: its record in MLflow, and several observers at once."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from ablate.crash_points import reach
from ablate.errors import RecordError
from ablate.files import write_bytes
from ablate.record import keys
from ablate.record.card import TrialCard
from ablate.record.recorder import Recorder
from ablate.record.redact import redact_text
from ablate.results import EpochMetrics, Failed, Finished, Started, Status
from ablate.runner.pictures import draw_confusion, draw_probes, draw_representations
from ablate.runner.upkeep.manifest import write_manifest
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

    ``split`` is the one whose confusion matrix is drawn too; probes and representations are always.
    """

    def __init__(
        self, recorder: Recorder, cards: MutableMapping[str, TrialCard], split: str
    ) -> None:
        self._recorder = recorder
        self._split = split
        self._cards = cards
        self._runs: dict[str, str] = {}

    def started(self, job: Job, slot: Slot) -> None:
        """Begin the trial's run."""
        card = self._cards[job.identity]
        tags = {**card.tags, "device": slot.device}
        if slot.sharing > 1:
            tags[keys.SHARED_DEVICE] = str(slot.sharing)
        reach("begin-before")
        self._runs[job.identity] = self._recorder.begin(replace(card, tags=tags))
        reach("begin-after")

    def event(self, job: Job, event: Started | EpochMetrics) -> None:
        """Record an epoch."""
        reach("epoch-before")
        self._recorder.event(self._runs[job.identity], event)
        reach("epoch-after")

    def note(self, identity: str, tags: Mapping[str, str]) -> None:
        """Note something more of a trial, which may begin later, run now or have ended in this run."""
        if identity in self._runs:
            self._recorder.tag(self._runs[identity], tags)
        else:
            card = self._cards[identity]
            self._cards[identity] = replace(card, tags={**card.tags, **tags})

    def retried(self, job: Job, failure: Failed) -> None:
        """Nothing: the run goes on."""

    def ended(self, outcome: Outcome) -> None:
        """Record the result and the artifacts; an interrupted trial keeps its folder, to be resumed.

        Raises:
            RecordError: something cannot be written; nothing is lost, the same command delivers it.
        """
        job, event = outcome.job, outcome.event
        interrupted = isinstance(event, Failed) and event.status is Status.INTERRUPTED
        artifacts = job.folder / "artifacts"
        if not interrupted:
            with _explained():
                self._complete(job, event, artifacts)
        folder = artifacts if artifacts.is_dir() and not interrupted else None
        reach("finish-before")
        self._recorder.finish(self._runs[job.identity], event, folder)
        reach("finish-after")
        if not interrupted:
            with _explained(), suppress(FileNotFoundError):
                shutil.rmtree(job.folder)
            reach("folder-removed")

    def _complete(self, job: Job, event: Finished | Failed, artifacts: Path) -> None:
        """Add to a trial's artifacts what it does not write itself."""
        if isinstance(event, Finished) and not job.events_file.exists():
            raise RecordError(
                f"{job.folder} was removed before the result of {job.name} was recorded. "
                "Run the same command again: it trains the trial anew"
            )
        draw_confusion(artifacts, self._split, job.name)
        tags = {**draw_probes(artifacts, job.name), **draw_representations(artifacts, job.name)}
        if tags:
            self._recorder.tag(self._runs[job.identity], tags)
        _keep_log(job.log_file, artifacts)
        if artifacts.is_dir():
            write_manifest(artifacts, self._cards[job.identity])

    def tick(self, running: Sequence[Running]) -> None:
        """Nothing: records follow events."""


class Recorded:
    """Tells, behind the :class:`Recording`, which finished trials lie in the store with their weights."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell

    def started(self, job: Job, slot: Slot) -> None:
        """Nothing."""

    def event(self, job: Job, event: Started | EpochMetrics) -> None:
        """Nothing."""

    def retried(self, job: Job, failure: Failed) -> None:
        """Nothing."""

    def ended(self, outcome: Outcome) -> None:
        """Tell the trial's identity, if it finished."""
        if isinstance(outcome.event, Finished):
            self._tell(outcome.job.identity)

    def tick(self, running: Sequence[Running]) -> None:
        """Nothing."""


def _keep_log(log: Path, artifacts: Path) -> None:
    if log.exists() and log.stat().st_size:
        text = log.read_bytes().decode(errors="surrogateescape")
        write_bytes(artifacts / "log.txt", redact_text(text).encode(errors="surrogateescape"))


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        remedy = "Make room or mend the folder, then run the same command again"
        raise RecordError(f"{error}. {remedy}") from error
