"""A run as it stands in MLflow's tables, and the trial it records. Pure."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ablate.record import keys
from ablate.record.names import decode, full_names
from ablate.results import Status, TrialResult

_TERMINAL = ("FINISHED", "FAILED", "KILLED")


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run with its tags, parameters and the latest values of its metrics (names as MLflow has them)."""

    run_id: str
    name: str
    state: str
    start_ms: int
    tags: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)

    @property
    def status(self) -> Status:
        """What really happened; MLflow's own terminal state decides whether anything did."""
        if self.state not in _TERMINAL:
            return Status.RUNNING
        recorded = self.tags.get(keys.STATUS, "")
        known = {str(status) for status in Status} - {Status.RUNNING.value}
        return Status(recorded) if recorded in known else Status.INTERRUPTED


def to_results(runs: Iterable[RunRow]) -> tuple[TrialResult, ...]:
    """One result for each identity, by condition and seed.

    Of several runs of one identity a finished one stands for it, else the newest.
    """
    chosen: dict[str, RunRow] = {}
    for run in sorted(runs, key=_preference):
        if keys.IDENTITY in run.tags:
            chosen[run.tags[keys.IDENTITY]] = run
    results = [to_result(run) for run in chosen.values()]
    return tuple(sorted(results, key=lambda item: (item.condition, item.seed, item.identity)))


def _preference(run: RunRow) -> tuple[bool, int, str]:
    return (run.status is Status.FINISHED, run.start_ms, run.run_id)


def to_result(run: RunRow) -> TrialResult:
    """The trial that a run records; only a finished one has metrics."""
    metrics = _summary(run) if run.status is Status.FINISHED else {}
    return TrialResult(
        identity=run.tags[keys.IDENTITY],
        condition=run.tags.get(keys.CONDITION, ""),
        seed=int(run.tags.get(keys.SEED, "0")),
        status=run.status,
        reason=run.tags.get(keys.REASON, ""),
        run_id=run.run_id,
        name=run.name,
        metrics=_below(keys.FINAL, metrics),
        best=_below(keys.BEST, metrics),
        measured=_below(keys.MEASURED, metrics),
        factors=_factors(run),
        classes=tuple(json.loads(run.tags.get(keys.CLASSES, "[]"))) if metrics else (),
        device=run.tags.get(keys.DEVICE, ""),
        fingerprint=run.tags.get(keys.FINGERPRINT, ""),
        start_ms=run.start_ms,
        shared_device=int(run.tags.get(keys.SHARED_DEVICE, "1")),
        searches=keys.searches_of(run.tags),
        spaces=keys.spaces_of(run.tags),
    )


def _summary(run: RunRow) -> dict[str, float]:
    """Summary metrics under their full names, infinite ones included."""
    long = full_names(run.tags)
    prefix = f"{keys.INFINITE}{keys.SUMMARY_STEP}/"
    infinite = {
        key.removeprefix(prefix): float(value)
        for key, value in run.tags.items()
        if key.startswith(prefix)
    }
    return {decode(key, long): value for key, value in {**infinite, **run.metrics}.items()}


def _below(prefix: str, metrics: Mapping[str, float]) -> dict[str, float]:
    return {
        key.removeprefix(prefix): metrics[key] for key in sorted(metrics) if key.startswith(prefix)
    }


def _factors(run: RunRow) -> dict[str, str]:
    others = {"seed", *json.loads(run.tags.get(keys.HEADLINE, "[]"))}
    return {decode(key): run.params[key] for key in sorted(run.params) if key not in others}


def storable(metrics: Mapping[str, float], step: int) -> tuple[dict[str, float], dict[str, str]]:
    """Split written metrics into what a database can hold and tags for what it cannot.

    >>> storable({"final/test/loss": float("inf"), "final/test/accuracy": 0.5}, 0)
    ({'final/test/accuracy': 0.5}, {'ablate.infinite/0/final/test/loss': 'inf'})
    """
    finite = {key: float(value) for key, value in metrics.items() if not math.isinf(value)}
    tags = {
        f"{keys.INFINITE}{step}/{key}": str(float(value))
        for key, value in metrics.items()
        if math.isinf(value)
    }
    return finite, tags
