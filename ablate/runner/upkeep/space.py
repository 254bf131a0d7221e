"""The disk space that a run will need, judged by recorded trials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from ablate.files import free_bytes
from ablate.plan.types import Trial
from ablate.runner.study import Study
from ablate.schedule.slots import slots

#: Bytes of one parameter, single precision.
_PARAMETER = 4
#: A checkpoint holds the weights, and what the optimizer remembers of each: at most two numbers.
_CHECKPOINT = 3
#: The last checkpoint and the one before it.
_CHECKPOINTS = 2


@dataclass(frozen=True, slots=True)
class DiskEstimate:
    """Bytes that trials leave as weights, that their checkpoints take at most at a time, and that are free.

    ``folder`` is where they go.
    """

    weights_bytes: int
    checkpoints_bytes: int
    free_bytes: int
    folder: Path

    @property
    def needed_bytes(self) -> int:
        """Weights and checkpoints together."""
        return self.weights_bytes + self.checkpoints_bytes

    @property
    def warning(self) -> str | None:
        """What to tell a person if that is more than is free.

        >>> DiskEstimate(3 << 30, 1 << 28, 1 << 30, Path("mlruns")).warning
        'needs about 3.2 GiB in mlruns, 1.0 GiB are free'
        """
        if self.needed_bytes <= self.free_bytes:
            return None
        needed, free = show_bytes(self.needed_bytes), show_bytes(self.free_bytes)
        return f"needs about {needed} in {self.folder}, {free} are free"


def disk_estimate(
    study: Study,
    missing: Sequence[Trial],
    jobs: int | None = None,
    measured: Mapping[str, int] = MappingProxyType({}),
) -> DiskEstimate | None:
    """What ``missing`` trials will need, ``None`` before any trial of the study has finished.

    A condition is judged by its own finished seeds, or by ``measured`` (condition to number of parameters); one of
    which nothing is known by the largest network that is.
    """
    known = {**measured, **_parameters(study)}
    if not known or not missing:
        return None
    sizes = [known.get(trial.condition, max(known.values())) * _PARAMETER for trial in missing]
    at_once = sorted(sizes)[-len(slots(jobs)) :]
    checkpoints = sum(at_once) * _CHECKPOINT * _CHECKPOINTS
    return DiskEstimate(sum(sizes), checkpoints, free_bytes(study.store.root), study.store.root)


def show_bytes(count: float) -> str:
    """A size in its unit.

    >>> [show_bytes(count) for count in (0, 1023, 1536, 3.2 * 2**30, 2**52)]
    ['0 bytes', '1023 bytes', '1.5 KiB', '3.2 GiB', '4096.0 TiB']
    """
    if count < 1024:
        return f"{count:.0f} bytes"
    for unit in ("KiB", "MiB", "GiB"):
        count /= 1024
        if count < 1024:
            return f"{count:.1f} {unit}"
    return f"{count / 1024:.1f} TiB"


def _parameters(study: Study) -> Mapping[str, int]:
    """Condition to the number of parameters of its network."""
    return {
        result.condition: int(result.measured["parameters"])
        for result in study.recorded()
        if "parameters" in result.measured
    }
