"""The values that pass between training, recording and reporting. Pure: no torch, no MLflow.

Metric names are ``split/metric`` or ``split/metric/class``: ``val/accuracy``,
``test/accuracy/Trouser``. Splits are ``train``, ``val`` and ``test``. Units stand in names:
``duration_s``, ``peak_memory_bytes``; ratios are 0 to 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal

from ablate.outcomes import Lookup, nothing_kept

if TYPE_CHECKING:
    import pandas

Direction = Literal["max", "min"]


class Status(StrEnum):
    """How the last attempt of a trial stands."""

    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    DIVERGED = "diverged"
    INTERRUPTED = "interrupted"
    PRUNED = "pruned"

    @property
    def settled(self) -> bool:
        """Whether running the study again leaves the trial alone."""
        return self not in (Status.RUNNING, Status.INTERRUPTED)


def base_metric(name: str) -> str:
    """The registered name of a recorded metric: without its label space and its class.

    >>> base_metric("iou@three/road"), base_metric("accuracy")
    ('iou', 'accuracy')
    """
    return name.partition("/")[0].partition("@")[0]


@dataclass(frozen=True, slots=True)
class MetricInfo:
    """What a metric is: its direction, how people write it, and what it means.

    ``percent`` metrics are stored as 0 to 1 and printed times 100.
    """

    name: str
    direction: Direction
    title: str
    percent: bool = False
    description: str = ""


@dataclass(frozen=True, slots=True)
class Started:
    """An attempt began to train."""

    time_ms: int
    device: str
    parameters: int
    trainable_parameters: int
    epochs: int


@dataclass(frozen=True, slots=True)
class EpochMetrics:
    """The metrics of one epoch (1-based); ``time_ms`` is the wall clock when it ended."""

    epoch: int
    time_ms: int
    metrics: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Finished:
    """A trial trained to its end.

    ``final`` holds the metrics of the chosen checkpoint on every split (what tables report),
    ``best`` each validation metric's best over the epochs (information), ``measured`` what the
    machine did: ``duration_s``, ``epochs_run``, ``best_epoch``, ``peak_memory_bytes``, ``parameters``.
    """

    time_ms: int
    final: Mapping[str, float]
    best: Mapping[str, float]
    measured: Mapping[str, float]
    classes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Failed:
    """An attempt ended without a result; ``reason`` is one line that a table can show."""

    time_ms: int
    status: Status
    reason: str
    details: str = ""


Event = Started | EpochMetrics | Finished | Failed


@dataclass(frozen=True, slots=True)
class TrialResult:
    """What is recorded of one trial: the unit of every table.

    ``identity`` names the result (configuration, seed, data); ``condition`` the configuration alone, so
    that the seeds of one row share it. ``metrics`` holds ``split/metric[/class]`` at the chosen checkpoint.
    ``classes`` are the data set's, in its order; empty where that was not recorded.
    """

    identity: str
    condition: str
    seed: int
    status: Status
    reason: str = ""
    run_id: str = ""
    name: str = ""
    metrics: Mapping[str, float] = field(default_factory=dict)
    best: Mapping[str, float] = field(default_factory=dict)
    measured: Mapping[str, float] = field(default_factory=dict)
    factors: Mapping[str, str] = field(default_factory=dict)
    classes: tuple[str, ...] = ()
    device: str = ""
    fingerprint: str = ""
    start_ms: int = 0
    shared_device: int = 1
    """How many trials ran side by side on its device: times of a shared one cannot be compared."""
    searches: Mapping[str, str] = field(default_factory=dict)
    """Proposal (``key.number`` of a search) to what it says of this trial (JSON)."""
    spaces: Mapping[str, str] = field(default_factory=dict)
    """Label space to a hash of what it meant when the trial was scored."""

    @property
    def searched_by(self) -> frozenset[str]:
        """Keys of the searches that proposed it."""
        return frozenset(proposal.partition(".")[0] for proposal in self.searches)


@dataclass(frozen=True, slots=True)
class SearchPoint:
    """One configuration that a search tried.

    ``params`` maps dotted fields to values, active dimensions only. ``value`` is the objective at the chosen
    checkpoint, averaged over the point's seeds; ``None`` where there is none. ``curve`` holds (epoch, objective) of
    its first seed.
    """

    number: int
    params: Mapping[str, Any]
    status: Status
    value: float | None = None
    curve: tuple[tuple[int, float], ...] = ()
    reason: str = ""
    duration_s: float = 0.0
    run_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ResultSet:
    """The recorded trials of one study, in a fixed order.

    ``outcomes`` gives what became of each image of a split of a trial, where that is recorded; it is read when asked
    for, since few tables need it.
    """

    study: str
    trials: tuple[TrialResult, ...]
    outcomes: Lookup = field(default=nothing_kept, repr=False, compare=False)

    def __iter__(self) -> Iterator[TrialResult]:
        return iter(self.trials)

    def __len__(self) -> int:
        return len(self.trials)

    def by_identity(self) -> dict[str, TrialResult]:
        """Identity to trial."""
        return {trial.identity: trial for trial in self.trials}

    def to_frame(self) -> pandas.DataFrame:
        """One row a trial: factors, seed, status, metrics at the chosen checkpoint, measures.

        >>> ResultSet("s", (TrialResult("i", "c", 0, Status.FINISHED, metrics={"val/accuracy": 0.5}),)
        ...          ).to_frame()[["seed", "status", "val/accuracy"]].to_dict("records")
        [{'seed': 0, 'status': 'finished', 'val/accuracy': 0.5}]
        """
        import pandas

        rows = [
            {
                "name": trial.name,
                **trial.factors,
                "seed": trial.seed,
                "status": str(trial.status),
                "reason": trial.reason,
                **trial.metrics,
                **{f"best/{name}": value for name, value in trial.best.items()},
                **trial.measured,
                "device": trial.device,
                "condition": trial.condition,
                "identity": trial.identity,
                "run_id": trial.run_id,
            }
            for trial in self.trials
        ]
        return pandas.DataFrame(rows)
