"""What the driver needs of a launcher and of the attempts that it starts."""

from __future__ import annotations

from typing import Protocol

from ablate.schedule.job import Job, Slot


class Attempt(Protocol):
    """A started attempt at a job."""

    @property
    def sentinel(self) -> int:
        """Ready (for :func:`multiprocessing.connection.wait`) when the attempt has ended."""

    def terminate(self) -> None:
        """Ask it to stop."""

    def kill(self) -> None:
        """Kill it and all its descendants."""

    def reap(self) -> int:
        """Wait for its end, kill what it left behind, and give its exit code."""


class Starter(Protocol):
    """Starts attempts; :class:`ablate.schedule.launcher.Launcher` does so in processes."""

    def ready(self, timeout_s: float) -> bool:
        """Whether attempts start without delay; waits at most ``timeout_s`` for it."""

    def start(self, job: Job, slot: Slot) -> Attempt:
        """Start an attempt at a job."""
