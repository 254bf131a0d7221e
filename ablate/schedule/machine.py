"""What this process may use of the machine: CPU cores and GPUs. Nothing here touches CUDA."""

from __future__ import annotations

import itertools
import math
import os
from pathlib import Path

_CGROUPS = Path("/sys/fs/cgroup")


def cores() -> int:
    """The CPU cores this process may use, at least 1: its affinity, cut by a container's quota."""
    allowed = _affinity()
    limit = quota(_CGROUPS)
    return allowed if limit is None else max(1, min(allowed, math.floor(limit)))


def quota(cgroups: Path) -> float | None:
    """The CPU quota of a container in cores, ``None`` without one; control groups v2, then v1."""
    try:
        limit, period = (cgroups / "cpu.max").read_text().split()
    except OSError:
        limit, period = _quota_v1(cgroups / "cpu")
    return None if limit in ("max", "-1") else int(limit) / int(period)


def gpus() -> tuple[str, ...]:
    """The entries of ``CUDA_VISIBLE_DEVICES``, one for each GPU this process may use.

    Where the variable is set its own entries are kept, so that a child sees the GPU that it was lent. For trying out
    how trials are handed out, ``ABLATE_FAKE_GPUS=2x16`` pretends that there are two GPUs with 16 GiB each.
    """
    outer = os.environ.get("CUDA_VISIBLE_DEVICES")
    pretended = _pretended()
    present = _gpu_count() if pretended is None else pretended[0]
    if outer is None or present == 0:
        return tuple(str(index) for index in range(present))
    return visible_entries(outer, present)


def gpu_memory_bytes(entry: str) -> int:
    """The memory that is free now on the GPU of a ``CUDA_VISIBLE_DEVICES`` entry."""
    pretended = _pretended()
    if pretended is not None:
        return pretended[1]
    import pynvml

    pynvml.nvmlInit()
    try:
        numbered = entry.isdecimal()
        handle = (
            pynvml.nvmlDeviceGetHandleByIndex(int(entry))
            if numbered
            else pynvml.nvmlDeviceGetHandleByUUID(entry)
        )
        return int(pynvml.nvmlDeviceGetMemoryInfo(handle).free)
    finally:
        pynvml.nvmlShutdown()


def _pretended() -> tuple[int, int] | None:
    """The number of GPUs to pretend, and the bytes of each."""
    text = os.environ.get("ABLATE_FAKE_GPUS")
    if not text:
        return None
    count, _, gibibytes = text.partition("x")
    return int(count), int(float(gibibytes or 16) * 2**30)


def visible_entries(variable: str, present: int) -> tuple[str, ...]:
    """The GPUs that a value of ``CUDA_VISIBLE_DEVICES`` names, of ``present`` ones.

    As in CUDA, the first entry that names no GPU ends the list.

    >>> visible_entries("3,1", present=4)
    ('3', '1')
    >>> visible_entries("0,-1,1", present=4)
    ('0',)
    """
    entries = [entry.strip() for entry in variable.split(",")]
    return tuple(itertools.takewhile(lambda entry: _names_gpu(entry, present), entries))


def _names_gpu(entry: str, present: int) -> bool:
    return int(entry) < present if entry.isdecimal() else entry.startswith(("GPU-", "MIG-"))


def _affinity() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _quota_v1(folder: Path) -> tuple[str, str]:
    try:
        limit = (folder / "cpu.cfs_quota_us").read_text().strip()
        period = (folder / "cpu.cfs_period_us").read_text().strip()
    except OSError:
        return "max", "0"
    return limit, period


def _gpu_count() -> int:
    import pynvml

    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        return 0
    try:
        return int(pynvml.nvmlDeviceGetCount())
    finally:
        pynvml.nvmlShutdown()
