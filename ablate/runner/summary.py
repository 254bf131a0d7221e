"""How to run a study, and how it stands afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypedDict

from ablate.errors import RecordError
from ablate.results import Failed, Finished, Status
from ablate.runner.study import Study
from ablate.schedule.job import Outcome
from ablate.schedule.signals import StopFlag

#: A trial of this package without a sign of life for so long has failed. Scripts may be silent as long as they like.
STALL_S = 900.0

#: Whose weights stay in the store.
Keep = Literal["best", "all", "none"]


class RunOptions(TypedDict, total=False):
    """The attributes of :class:`Choices`, as keyword arguments."""

    jobs: int | None
    devices: str | None
    slots_per_gpu: int | Literal["auto"]
    retry_failed: bool
    fail_fast: bool
    smoke_check: bool
    stall_s: float | None
    keep: Keep | None
    tracking_uri: str | None
    verbose: bool


@dataclass(frozen=True, slots=True)
class Choices:
    """How to run, none of which can change a result.

    Attributes:
        jobs: trials side by side; ``slots_per_gpu`` a GPU, or one a CPU core, by default.
        devices: ``cpu``, ``cuda`` or numbers of GPUs such as ``"0,1"``.
        slots_per_gpu: trials on one GPU; ``"auto"``: as many as fit, by the memory that earlier trials took.
        retry_failed: train failed trials again.
        fail_fast: stop at the first failure.
        smoke_check: try one batch of each network before the first trial starts.
        stall_s: seconds without a sign of life after which a trial has failed; by default 15 minutes, and never for
            scripts.
        keep: whose weights stay in the store once the study is complete, instead of what the study file says.
        tracking_uri: an MLflow server that gets a copy of everything.
        verbose: show what trials print.
    """

    jobs: int | None = None
    devices: str | None = None
    slots_per_gpu: int | Literal["auto"] = 1
    retry_failed: bool = False
    fail_fast: bool = False
    smoke_check: bool = True
    stall_s: float | None = None
    keep: Keep | None = None
    tracking_uri: str | None = None
    verbose: bool = False

    def kept(self, study: Study) -> Keep:
        """Whose weights of a study stay."""
        header = study.draft.header
        return self.keep or (header.keep if header is not None else "best")

    def patience_s(self, study: Study) -> float | None:
        """The stall time that holds for a study."""
        if self.stall_s is not None:
            return self.stall_s or None
        return None if study.plan.example.script is not None else STALL_S


@dataclass(frozen=True, slots=True)
class RunSummary:
    """How a study stands after a run.

    ``total`` and ``already_done`` count trials of rows; ``finished``, ``pruned`` and ``interrupted`` what this run did,
    trials that searches proposed included. ``failed`` counts failures of earlier runs too; ``signal`` is the number of
    the signal that stopped this one; ``undelivered`` how many runs wait for the tracking server.
    """

    total: int
    already_done: int
    finished: int = 0
    failed: int = 0
    interrupted: int = 0
    pruned: int = 0
    signal: int | None = None
    undelivered: int = 0

    @property
    def exit_code(self) -> int:
        """0; 1 after a failed trial; 4 where a trial could not be written; 128 + signal after a signal."""
        if self.signal is not None:
            return 128 + self.signal
        if self.failed:
            return 1
        return RecordError.exit_code if self.interrupted else 0


def nothing_to_do(study: Study) -> RunSummary:
    """What a run of a study says that has no trial left to train."""
    total = len(study.plan.trials)
    return RunSummary(total, total, failed=_failed(study))


def summarised(
    study: Study, planned: int, outcomes: Sequence[Outcome], stop: StopFlag
) -> RunSummary:
    """How a study stands whose ``planned`` missing trials were run."""
    events = [outcome.event for outcome in outcomes]
    states = [event.status for event in events if isinstance(event, Failed)]
    total = len(study.plan.trials)
    return RunSummary(
        total=total,
        already_done=max(0, total - planned),
        finished=sum(isinstance(event, Finished) for event in events),
        failed=_failed(study),
        interrupted=states.count(Status.INTERRUPTED),
        pruned=states.count(Status.PRUNED),
        signal=stop.signal,
    )


def _failed(study: Study) -> int:
    """The trials of rows whose failure is recorded, by this run or an earlier one."""
    return sum(item.status in (Status.FAILED, Status.DIVERGED) for item in study.results())
