"""Exceptions as the one line that a table shows."""

from __future__ import annotations

import time
import traceback

import torch

from ablate.errors import AblateError, Diverged
from ablate.files import WriteError, is_write_failure
from ablate.results import Failed, Status

_LONGEST = 300


def failure(error: BaseException) -> Failed:
    r"""The event that records why an attempt ended: its status, one line, and the traceback.

    >>> failure(ValueError("no\nsuch thing")).reason
    'ValueError: no such thing'
    >>> failure(KeyboardInterrupt()).status
    <Status.INTERRUPTED: 'interrupted'>
    """
    details = "".join(traceback.format_exception(error))
    return Failed(time.time_ns() // 1_000_000, _status(error), _one_line(_reason(error)), details)


def _status(error: BaseException) -> Status:
    if isinstance(error, Diverged):
        return Status.DIVERGED
    if isinstance(error, KeyboardInterrupt) or is_write_failure(error):
        return Status.INTERRUPTED
    return Status.FAILED


def _reason(error: BaseException) -> str:
    if _is_out_of_memory(error):
        return "out of memory"
    if isinstance(error, KeyboardInterrupt):
        return "interrupted"
    if isinstance(error, SystemExit):
        return f"left with exit code {error.code}"
    if isinstance(error, AblateError | WriteError):
        return str(error)
    return f"{type(error).__name__}: {error}"


def _is_out_of_memory(error: BaseException) -> bool:
    # Torch has no type of its own for the memory of the CPU.
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or (
        isinstance(error, RuntimeError) and "DefaultCPUAllocator" in str(error)
    )


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 3] + "..."
