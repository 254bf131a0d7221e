"""The values of scheduling: a job, the slot it runs in, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ablate.results import Failed, Finished


@dataclass(frozen=True, slots=True)
class Job:
    """One trial to run. Everything it reads and writes while running lies in ``folder``.

    ``payload`` (JSON-like) says what to train; the launcher writes it to :attr:`payload_file`.
    """

    identity: str
    name: str
    folder: Path
    payload: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def payload_file(self) -> Path:
        """What the trial shall do, as JSON."""
        return self.folder / "job.json"

    @property
    def events_file(self) -> Path:
        """The events that the trial's attempts have appended."""
        return self.folder / "events.jsonl"

    @property
    def progress_file(self) -> Path:
        """Where the running attempt stands, for a display; may be missing."""
        return self.folder / "progress"

    @property
    def log_file(self) -> Path:
        """What the last attempt printed, bounded in size."""
        return self.folder / "log.txt"


@dataclass(frozen=True, slots=True)
class Slot:
    """A place where one trial runs at a time.

    ``device`` is what the trial calls its device: ``"cpu"``, or ``"cuda:0"`` since it sees one GPU alone;
    ``visible`` is the ``CUDA_VISIBLE_DEVICES`` of its process; ``threads`` the CPU threads it may use; ``sharing`` how
    many slots its device has, this one included.
    """

    index: int
    device: str = "cpu"
    threads: int = 1
    visible: str = ""
    sharing: int = 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a job ended. ``attempts`` is 0 for a job whose folder already held its result.

    ``duration_s`` runs from the start of the first attempt to the end of the last one.
    """

    job: Job
    slot: Slot
    event: Finished | Failed
    attempts: int
    duration_s: float
