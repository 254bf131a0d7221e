"""How many trials run side by side, and where."""

from __future__ import annotations

from ablate.errors import UsageError
from ablate.schedule import machine
from ablate.schedule.job import Slot

#: The most trials that share a GPU where their number follows from its memory.
MOST_A_GPU = 8


def slots(
    jobs: int | None = None, devices: str | None = None, per_gpu: int = 1
) -> tuple[Slot, ...]:
    """The slots of this machine.

    Args:
        jobs: the number of trials side by side; by default ``per_gpu`` a GPU, or one a CPU core.
        devices: ``"cpu"``, ``"cuda"`` or positions in the list of visible GPUs (``"0,1"``); by default
            every GPU, or the CPU where there is none.
        per_gpu: the number of trials on one GPU, unless ``jobs`` says how many there are in all.

    Raises:
        UsageError: no such device, or fewer than one job.
    """
    return allot(jobs, devices, per_gpu, cores=machine.cores(), gpus=machine.gpus())


def allot(
    jobs: int | None,
    devices: str | None,
    per_gpu: int = 1,
    *,
    cores: int,
    gpus: tuple[str, ...],
) -> tuple[Slot, ...]:
    """The slots of a machine with ``cores`` CPU cores and ``gpus`` (``CUDA_VISIBLE_DEVICES`` entries).

    A trial on a CPU has one thread always, so that its result does not depend on the number of cores. The first slots
    lie on different GPUs, so that few trials do not share one.

    >>> [slot.device for slot in allot(None, None, cores=2, gpus=())]
    ['cpu', 'cpu']
    >>> [slot.visible for slot in allot(3, "cuda", cores=8, gpus=("3", "1"))]
    ['3', '1', '3']
    """
    if jobs is not None and jobs < 1:
        raise UsageError(f"--jobs {jobs}: at least one trial must run at a time. Write --jobs 1")
    if per_gpu < 1:
        rule = "at least one trial must run on a GPU. Write --slots-per-gpu 1"
        raise UsageError(f"--slots-per-gpu {per_gpu}: {rule}")
    chosen = _chosen(devices, gpus)
    if not chosen:
        count = jobs or cores
        return tuple(Slot(index, sharing=count) for index in range(count))
    count = jobs or len(chosen) * per_gpu
    threads = max(1, cores // count)
    places = [chosen[index % len(chosen)] for index in range(count)]
    return tuple(
        Slot(index, "cuda:0", threads, visible, places.count(visible))
        for index, visible in enumerate(places)
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
