"""Tells a display what the scheduler observes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ablate.progress.channel import read_progress
from ablate.progress.display import Display
from ablate.results import EpochMetrics, Failed, Finished, Started
from ablate.schedule.job import Job, Outcome, Slot
from ablate.schedule.observer import Running
from ablate.spec.primary import Primary


class Watching:
    """An observer that shows trials by name.

    ``rows`` maps an identity to its row; ``total`` counts the study's trials anew, where their number changes as
    rows are pruned and searches go on. It stands before observers that remove a trial's folder, to see its log.
    """

    def __init__(
        self,
        display: Display,
        primary: Primary,
        rows: Mapping[str, str],
        total: Callable[[], int] | None = None,
    ) -> None:
        self._display = display
        self._total = total
        self._primary = primary
        self._rows = rows
        self._metrics: dict[str, float | None] = {}

    def started(self, job: Job, slot: Slot) -> None:
        """A bar of its own."""
        self._metrics[job.identity] = None
        self._display.started(job.identity, job.name, job.log_file)

    def event(self, job: Job, event: Started | EpochMetrics) -> None:
        """Remember the last validation value."""
        if isinstance(event, EpochMetrics):
            self._metrics[job.identity] = event.metrics.get(self._primary.monitored)

    def retried(self, job: Job, failure: Failed) -> None:
        """The bar starts again by itself."""

    def ended(self, outcome: Outcome) -> None:
        """A result, or a failure with its reason."""
        identity, event = outcome.job.identity, outcome.event
        del self._metrics[identity]
        if isinstance(event, Finished):
            value = event.final.get(self._primary.metric)
            self._display.finished(identity, self._rows[identity], value, outcome.duration_s)
        else:
            seconds, details = outcome.duration_s, event.details
            self._display.failed(identity, event.status, event.reason, seconds, details)

    def tick(self, running: Sequence[Running]) -> None:
        """Move every bar to where its trial says it is."""
        for trial in running:
            identity = trial.job.identity
            if identity in self._metrics:
                progress = read_progress(trial.job.progress_file)
                self._display.moved(identity, progress, self._metrics[identity])
        if self._total is not None:
            self._display.resized(self._total())
        self._display.tick()
