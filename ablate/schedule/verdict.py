"""Why an attempt has no result: the exit of its process, or the error that its training raised."""

from __future__ import annotations

import os
import signal
import time
import traceback
from pathlib import Path

from ablate.errors import Diverged, TrialError
from ablate.files import WriteError, free_bytes, is_write_failure
from ablate.results import Failed, Status

#: The exit code of an attempt that SIGTERM unwound.
STOPPED = 128 + signal.SIGTERM
#: The exit code of an attempt that could not even write why it failed.
CANNOT_WRITE = os.EX_IOERR

_MEANINGS = {
    signal.SIGKILL: "killed by SIGKILL, possibly out of memory",
    signal.SIGSEGV: "segmentation fault",
}


def now_ms() -> int:
    """The wall clock in milliseconds."""
    return int(time.time() * 1000)


def exit_reason(code: int) -> str:
    """What an exit without a result means; a negative code is the signal that ended the process.

    >>> exit_reason(3)
    'exited with code 3 without a result'
    >>> exit_reason(-11)
    'segmentation fault'
    """
    if code == STOPPED:
        return "terminated by SIGTERM"
    if code == CANNOT_WRITE:
        return "could not write its files: the disk is full or read-only, or its folder is gone"
    if code >= 0:
        return f"exited with code {code} without a result"
    try:
        number = signal.Signals(-code)
    except ValueError:
        return f"killed by signal {-code}"
    return _MEANINGS.get(number, f"killed by {number.name}")


def exit_failure(code: int, folder: Path | None = None) -> Failed:
    """The failure of an attempt that left with ``code`` and without a result.

    One that could not write into its ``folder`` is interrupted: when there is room again, it goes on.
    """
    if code != CANNOT_WRITE:
        return Failed(now_ms(), Status.FAILED, exit_reason(code))
    room = f" ({folder}: {free_bytes(folder):,} bytes free)" if folder is not None else ""
    return Failed(now_ms(), Status.INTERRUPTED, exit_reason(code) + room)


def raised(error: Exception) -> Failed:
    """The failure of an attempt whose training raised ``error``.

    >>> raised(MemoryError()).reason
    'out of memory'
    """
    details = "".join(traceback.format_exception(error))
    return Failed(now_ms(), _status(error), _reason(error), details)


def _status(error: Exception) -> Status:
    if isinstance(error, Diverged):
        return Status.DIVERGED
    return Status.INTERRUPTED if is_write_failure(error) else Status.FAILED


def _reason(error: Exception) -> str:
    # torch.OutOfMemoryError by its name: scheduling does not import torch
    if any(kind.__name__ in ("MemoryError", "OutOfMemoryError") for kind in type(error).__mro__):
        return "out of memory"
    line = next(iter(str(error).strip().splitlines()), "")
    if isinstance(error, TrialError | WriteError) and line:
        return line
    return f"{type(error).__name__}: {line}" if line else type(error).__name__
