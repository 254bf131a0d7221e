"""What a script reports, checked and turned into events."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from ablate.errors import Diverged, TrialError
from ablate.progress.channel import ProgressWriter
from ablate.results import Direction, EpochMetrics, Event, Finished
from ablate.runner.event_log import EventLog, spent_s
from ablate.runner.metric_rules import checked_metrics, cut, known, shown
from ablate.schedule.verdict import now_ms
from ablate.spec.script_config import ScriptConfig

_NO_RESULT = "ended without reporting a result: call finish() with the metrics of the chosen model"


class Reports:
    """Takes the reports of one attempt, in their order.

    A report is ``{"epoch": 1, "metrics": {"val/accuracy": 0.9}}`` or, once and last,
    ``{"final": {"val/accuracy": 0.9}, "classes": ["cat", "dog"]}``. ``begun_ms`` is when the attempt began.
    """

    def __init__(
        self, config: ScriptConfig, log: EventLog, progress: ProgressWriter, begun_ms: int
    ) -> None:
        self._primary = config.primary
        self._epochs = config.epochs
        self._log = log
        self._progress = progress
        self._begun_ms = begun_ms
        self._epoch = 0
        self._final: Mapping[str, float] | None = None
        self._classes: tuple[str, ...] = ()
        self._best = _Best(log.earlier, config.primary.name, config.primary.maximize)

    @property
    def finished(self) -> bool:
        """Whether the final report was taken."""
        return self._final is not None

    def take(self, report: Any) -> None:
        """Record an epoch, or keep the result until the script has ended well.

        Raises:
            TrialError: the report breaks a rule; the text names it.
        """
        if self._final is not None:
            raise TrialError(
                f"reported {shown(report)} after its result: finish() is the last report"
            )
        if isinstance(report, Mapping) and "final" in report:
            self._final = checked_metrics(report["final"])
            self._classes = _classes(report.get("classes", ()))
        else:
            self._take_epoch(as_epoch(report))

    def result(self, peak_memory_bytes: int) -> Finished:
        """The result of a script that ended well.

        Raises:
            TrialError: there is none, or it lacks the primary metric.
            Diverged: the primary metric is not finite.
        """
        if self._final is None:
            raise TrialError(_NO_RESULT)
        final, wanted = self._final, self._primary.metric
        if wanted not in final:
            reported = ", ".join(final) or "nothing"
            raise TrialError(
                f"its result lacks {wanted}, the primary metric. It reported: {cut(reported)}"
            )
        if not math.isfinite(final[wanted]):
            raise Diverged(f"{wanted} is {final[wanted]}")
        now = now_ms()
        measured = {
            "duration_s": spent_s(self._log.earlier) + (now - self._begun_ms) / 1000,
            "peak_memory_bytes": peak_memory_bytes,
            **({"epochs_run": self._best.epochs} if self._best.epochs else {}),
        }
        return Finished(now, final, self._best.values, measured, self._classes)

    def _take_epoch(self, event: EpochMetrics) -> None:
        epoch = event.epoch
        if epoch <= self._epoch:
            rule = "epochs must increase"
            raise TrialError(f"epoch {epoch} was reported after epoch {self._epoch}: {rule}")
        self._epoch = epoch
        self._log.write(event)
        self._best.add(event)
        if self._epochs is not None:
            loss = event.metrics.get("train/loss", math.nan)
            self._progress.update(epoch, self._epochs, 1, 1, loss)


def as_epoch(report: Any) -> EpochMetrics:
    """The event of a report of one epoch, stamped with the time.

    Raises:
        TrialError: it is none, or breaks a rule.

    >>> as_epoch({"epoch": 2, "metrics": {"accuracy": 0.5}})
    Traceback (most recent call last):
    ablate.errors.TrialError: metric 'accuracy': names are split/metric, such as val/accuracy; splits are train, ...
    """
    if not isinstance(report, Mapping) or "epoch" not in report:
        raise TrialError(f"a report holds epoch and metrics, or final, and not {shown(report)}")
    epoch = report["epoch"]
    if not isinstance(epoch, int) or isinstance(epoch, bool) or epoch < 1:
        raise TrialError(f"epoch {shown(epoch)} was reported: epochs are whole numbers from 1")
    return EpochMetrics(epoch, now_ms(), checked_metrics(report.get("metrics", {})))


class _Best:
    """The best value of each validation metric over the epochs, where it is known which way is better."""

    def __init__(self, earlier: list[Event], primary: str, maximize: bool) -> None:
        self.values: dict[str, float] = {}
        self.epochs = 0
        self._own: dict[str, Direction] = {primary: "max" if maximize else "min"}
        for event in earlier:
            if isinstance(event, EpochMetrics):
                self.add(event)

    def add(self, event: EpochMetrics) -> None:
        if event.epoch <= self.epochs:
            return
        self.epochs = event.epoch
        for name, value in event.metrics.items():
            split, _, metric = name.partition("/")
            direction = self._direction(metric) if split == "val" and math.isfinite(value) else None
            if direction is not None:
                better = max if direction == "max" else min
                self.values[name] = better(value, self.values.get(name, value))

    def _direction(self, metric: str) -> Direction | None:
        info = known(metric)
        return self._own.get(metric, info.direction if info is not None else None)


def _classes(values: Any) -> tuple[str, ...]:
    if not isinstance(values, list | tuple) or not all(isinstance(name, str) for name in values):
        raise TrialError(f"classes are a list of names, not {shown(values)}")
    return tuple(values)
