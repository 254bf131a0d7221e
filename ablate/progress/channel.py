"""Where a running trial stands: a small file that the trial overwrites and a display reads.

Lossy on purpose: one write of a fixed size, no flush to disk. What must not be lost is an event.
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from pathlib import Path

_FORMAT = struct.Struct("<4Id")


@dataclass(frozen=True, slots=True)
class ProgressState:
    """The position in a training: epoch of epochs (1-based), batch of batches, the last loss."""

    epoch: int
    epochs: int
    batch: int
    batches: int
    loss: float

    @property
    def fraction(self) -> float:
        """How much of the training is done, 0 to 1.

        >>> ProgressState(epoch=2, epochs=4, batch=5, batches=10, loss=0.1).fraction
        0.375
        """
        within = self.batch / self.batches if self.batches else 0.0
        return min(1.0, max(0.0, (self.epoch - 1 + within) / self.epochs)) if self.epochs else 0.0


class ProgressWriter:
    """Overwrites the position of one trial."""

    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o666)

    def update(self, epoch: int, epochs: int, batch: int, batches: int, loss: float) -> None:
        """Say where the training stands; costs a few microseconds."""
        os.pwrite(self._handle, _FORMAT.pack(epoch, epochs, batch, batches, loss), 0)

    def close(self) -> None:
        """Close the file."""
        os.close(self._handle)


def read_progress(path: Path) -> ProgressState | None:
    """The last position that was written; ``None`` before the first."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    if len(content) != _FORMAT.size:
        return None
    return ProgressState(*_FORMAT.unpack(content))
