"""When a trial last gave a sign of life."""

from __future__ import annotations

import os
import time
from pathlib import Path

from ablate.schedule.job import Job

#: Seconds between looks at a trial's files.
_LOOK_S = 1.0


class Pulse:
    """The last sign of life of a trial: an event, progress, or something printed."""

    def __init__(self, job: Job) -> None:
        self._files = (job.progress_file, job.log_file)
        self._seen: tuple[object, ...] = ()
        self._felt_at = self._looked_at = time.monotonic()

    def felt(self) -> None:
        """There was one just now."""
        self._felt_at = time.monotonic()

    def silent_s(self) -> float:
        """Seconds since the last sign of life."""
        now = time.monotonic()
        if now - self._looked_at >= _LOOK_S:
            self._looked_at = now
            state = tuple(_state(path) for path in self._files)
            if state != self._seen:
                self._seen = state
                self._felt_at = now
        return now - self._felt_at


def _state(path: Path) -> tuple[int, int] | None:
    try:
        found = os.stat(path)  # noqa: PTH116 - called for every running trial each second
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
