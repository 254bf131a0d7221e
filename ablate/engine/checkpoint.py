"""Checkpoints from which an interrupted trial goes on, proof against a crash while writing.

A file is what ``torch.save`` writes, followed by its BLAKE2b hash in 32 hexadecimal digits, so that
a file that was cut short or damaged is recognised. The one before it is kept, and used then.
"""

from __future__ import annotations

import hashlib
import io
import logging
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import torch

from ablate.crash_points import reach
from ablate.files import retry_once, write_atomically, writing

#: At most this share of a trial's time goes into writing checkpoints.
SHARE = 0.02
#: Guess of what the first one costs, in seconds.
FIRST_COST_S = 0.02

_DIGITS = 32
_LOG = logging.getLogger("ablate")


class Checkpoints:
    """``last.pt`` and ``last.previous.pt`` of one trial, told apart from others by ``identity``.

    Epochs after the last file are trained again on resuming, with the same result: so a file is
    written only as often as is cheap.
    """

    def __init__(self, folder: Path, identity: str) -> None:
        self._folder = folder
        self._last = folder / "last.pt"
        self._previous = folder / "last.previous.pt"
        self._identity = identity
        self._cost_s = FIRST_COST_S
        self._saved_at = time.monotonic()

    def load(self) -> dict[str, Any] | None:
        """The newest valid state of this trial; ``None`` if there is none.

        Deletes invalid files, and says so of damaged ones in the log.
        """
        for path in (self._last, self._previous):
            content = read(path)
            if content is not None and content["identity"] == self._identity:
                state: dict[str, Any] = content["state"]
                return state
            if content is None and path.exists():
                _LOG.warning("the checkpoint %s is damaged and was left out", path)
            path.unlink(missing_ok=True)
        return None

    def save_if_due(self, state: Callable[[], dict[str, Any]]) -> None:
        """Save, unless that would take more than its share of the time since the last one."""
        begun = time.monotonic()
        if self._cost_s > SHARE * (begun - self._saved_at):
            return
        self.save(state())
        self._saved_at = time.monotonic()
        self._cost_s = self._saved_at - begun

    def save(self, state: dict[str, Any]) -> None:
        """Write ``last.pt``; what was there becomes ``last.previous.pt``.

        ``state``: tensors, numbers, text, lists and dictionaries only.

        Raises:
            WriteError: the file could not be written, or the trial's folder is not there any more.
        """
        reach("checkpoint-before")
        with writing(self._last):
            self._folder.mkdir(exist_ok=True)
            if self._last.exists():
                self._last.replace(self._previous)
        reach("checkpoint-renamed")
        content = {"identity": self._identity, "state": state}
        write_atomically(self._last, lambda stream: _write(content, stream))
        reach("checkpoint-after")

    def remove(self) -> None:
        """Delete the folder: the trial is finished."""
        shutil.rmtree(self._folder, ignore_errors=True)


def read(path: Path) -> dict[str, Any] | None:
    """The content of a checkpoint; ``None`` where the file is missing or damaged."""
    try:
        data = retry_once(path.read_bytes)
    except FileNotFoundError:
        return None
    payload, digest = data[:-_DIGITS], data[-_DIGITS:]
    if _hash(payload).hexdigest().encode() != digest:
        return None
    content: dict[str, Any] = torch.load(io.BytesIO(payload), map_location="cpu", weights_only=True)
    return content


class _HashingStream:
    """Passes writes on and hashes them on the way; ``failure`` is the first error of the disk."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.digest = _hash(b"")
        self.failure: OSError | None = None

    def write(self, data: bytes) -> int:
        self.digest.update(data)
        try:
            return self._stream.write(data)
        except OSError as error:
            self.failure = self.failure or error
            raise

    def flush(self) -> None:
        self._stream.flush()


def _write(content: dict[str, Any], stream: BinaryIO) -> None:
    hashing = _HashingStream(stream)
    try:
        torch.save(content, hashing)  # type: ignore[arg-type]  # needs write and flush alone
    except RuntimeError as error:  # torch's own, about the end of a file that it could not write
        raise hashing.failure or error from None
    stream.write(hashing.digest.hexdigest().encode())


def _hash(data: bytes) -> hashlib.blake2b:
    return hashlib.blake2b(data, digest_size=_DIGITS // 2)
