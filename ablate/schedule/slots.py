"""How many trials run side by side, and where."""

from __future__ import annotations

from ablate.errors import UsageError
from ablate.schedule import machine
from ablate.schedule.job import Slot


def slots(jobs: int | None = None, devices: str | None = None) -> tuple[Slot, ...]:
    """The slots of this machine.

    Args:
        jobs: the number of trials side by side; by default one a GPU, or one a CPU core.
        devices: ``"cpu"``, ``"cuda"`` or positions in the list of visible GPUs (``"0,1"``); by default
            every GPU, or the CPU where there is none.

    Raises:
        UsageError: no such device, or fewer than one job.
    """
    return allot(jobs, devices, cores=machine.cores(), gpus=machine.gpus())


def allot(
    jobs: int | None, devices: str | None, *, cores: int, gpus: tuple[str, ...]
) -> tuple[Slot, ...]:
    """The slots of a machine with ``cores`` CPU cores and ``gpus`` (``CUDA_VISIBLE_DEVICES`` entries).

    A trial on a CPU has one thread always, so that its result does not depend on the number of cores.

    >>> [slot.device for slot in allot(None, None, cores=2, gpus=())]
    ['cpu', 'cpu']
    >>> [slot.visible for slot in allot(3, "cuda", cores=8, gpus=("3", "1"))]
    ['3', '1', '3']
    """
    if jobs is not None and jobs < 1:
        raise UsageError(f"--jobs {jobs}: at least one trial must run at a time. Write --jobs 1")
    chosen = _chosen(devices, gpus)
    if not chosen:
        return tuple(Slot(index) for index in range(jobs or cores))
    count = jobs or len(chosen)
    threads = max(1, cores // count)
    return tuple(
        Slot(index, "cuda:0", threads, chosen[index % len(chosen)]) for index in range(count)
    )


def _chosen(devices: str | None, gpus: tuple[str, ...]) -> tuple[str, ...]:
    if devices == "cpu":
        return ()
    if devices is None:
        return gpus
    if not gpus:
        raise UsageError(f"--devices {devices}: this machine shows no GPU. Write --devices cpu")
    if devices == "cuda":
        return gpus
    return tuple(gpus[position] for position in _positions(devices, len(gpus)))


def _positions(devices: str, count: int) -> list[int]:
    parts = [part.strip() for part in devices.split(",")]
    if not all(part.isdecimal() for part in parts):
        rule = "is neither cpu, cuda nor a list of GPU numbers. Write for example --devices 0,1"
        raise UsageError(f"--devices {devices} {rule}")
    positions = [int(part) for part in parts]
    for position in positions:
        if position >= count:
            raise UsageError(f"--devices {devices}: no GPU {position}. Valid: 0 to {count - 1}")
    if len(set(positions)) < len(positions):
        rule = "names a GPU twice. Use --jobs for several trials on one GPU"
        raise UsageError(f"--devices {devices} {rule}")
    return positions
