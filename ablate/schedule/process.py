"""The process of a running attempt, seen from the driver."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from multiprocessing.process import BaseProcess
from pathlib import Path

from ablate.schedule import logfile


class AttemptProcess:
    """A started process, which leads a process group of its own."""

    def __init__(self, process: BaseProcess, log_file: Path) -> None:
        self._process = process
        self._log_file = log_file
        self.pid = process.pid or 0
        self.sentinel = process.sentinel
        """Ready (for :func:`multiprocessing.connection.wait`) when the process has ended."""

    def terminate(self) -> None:
        """Ask it to stop (SIGTERM)."""
        self._process.terminate()

    def kill(self) -> None:
        """Kill it and all its descendants (SIGKILL)."""
        self._kill_group()
        self._process.kill()

    def reap(self) -> int:
        """Wait for its end, kill what it left behind and give its exit code (``-9``: by signal 9)."""
        self._process.join()
        self._kill_group()
        code = self._process.exitcode or 0
        self._process.close()
        logfile.bound(self._log_file)
        return code

    def _kill_group(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
