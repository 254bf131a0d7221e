"""A trainer that trains nothing: quick, deterministic, and able to fail in every way a real one can.

Standard library only. Its payload (``job.json``) may hold:

- ``condition`` (any text) and ``seed``: the metric is a function of these and the epoch.
- ``epochs`` (default 3) and ``epoch_s``: how long each takes (default 0).
- ``trouble``: what happens at the beginning of ``trouble_epoch`` (default 1), one of :data:`TROUBLES`.
- ``trouble_attempts``: only the first so many attempts have the trouble (default: all).
- ``prints_bytes``: how much each epoch writes to standard output.

It prints its device and what its environment says of devices. Attempts are counted in the file ``attempts``.
Like a real trainer it goes on after the last epoch that is recorded.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ablate.errors import Diverged
from ablate.events import EventWriter, read_events
from ablate.progress.channel import ProgressWriter
from ablate.results import EpochMetrics, Finished, Started

if TYPE_CHECKING:
    from ablate.schedule.job import Slot

_SHOWN = ("CUDA_VISIBLE_DEVICES", "OMP_NUM_THREADS")
TARGET = "ablate.testing.fake_trainer:train"


def train(folder: Path, slot: Slot) -> None:
    """Pretend to train what ``folder/job.json`` asks for."""
    payload: dict[str, Any] = json.loads((folder / "job.json").read_text())
    attempt = _count_attempt(folder)
    print(f"device {slot.device}", *(f"{name}={os.environ.get(name)}" for name in _SHOWN))
    done = sum(isinstance(event, EpochMetrics) for event in read_events(folder / "events.jsonl"))
    epochs = payload.get("epochs", 3)
    writer = EventWriter(folder / "events.jsonl")
    progress = ProgressWriter(folder / "progress")
    writer.write(Started(_now_ms(), slot.device, 100, 100, epochs))
    for epoch in range(done + 1, epochs + 1):
        progress.update(epoch, epochs, 0, 10, 1 / epoch)
        _have_trouble(payload, attempt, epoch)
        print("x" * payload.get("prints_bytes", 0))
        time.sleep(payload.get("epoch_s", 0.0))
        writer.write(EpochMetrics(epoch, _now_ms(), {"val/accuracy": metric(payload, epoch)}))
    value = {"val/accuracy": metric(payload, epochs)}
    measured = {"epochs_run": float(epochs)}
    writer.write(Finished(_now_ms(), value, value, measured, ("a", "b")))


def metric(payload: dict[str, Any], epoch: int) -> float:
    """The value at an epoch: a function of condition, seed and epoch alone, between 0 and 1."""
    text = f"{payload.get('condition')}/{payload.get('seed')}/{epoch}"
    return int(hashlib.blake2b(text.encode(), digest_size=4).hexdigest(), 16) / 2**32


def _now_ms() -> int:
    return int(time.time() * 1000)


def _count_attempt(folder: Path) -> int:
    with (folder / "attempts").open("a") as stream:
        stream.write("x")
        return stream.tell()


def _have_trouble(payload: dict[str, Any], attempt: int, epoch: int) -> None:
    name = payload.get("trouble")
    now = epoch == payload.get("trouble_epoch", 1)
    if name is not None and now and attempt <= payload.get("trouble_attempts", attempt):
        print(f"trouble: {name}")
        TROUBLES[name]()


def _raise(error: Exception) -> None:
    raise error


def _kill_itself() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _ignore_sigterm() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(3600)


def _linger() -> None:
    """Keep the process from ending after its result."""
    threading.Thread(target=time.sleep, args=(3600,)).start()


def _fork_and_hang() -> None:
    """Have a child that hangs, as a data loader's worker might."""
    if os.fork() == 0:
        time.sleep(3600)
    time.sleep(3600)


def _fork_and_die() -> None:
    """Leave a child behind."""
    if os.fork() == 0:
        time.sleep(3600)
    _kill_itself()


def _hold_interpreter() -> None:
    """Hang inside a C library that does not let other threads run."""
    ctypes.PyDLL(None).sleep(3600)


def _segfault() -> None:
    ctypes.string_at(0)


def _write_garbage() -> None:
    sys.stdout.flush()
    os.write(1, b"\xff\xfe" * 1000)


TROUBLES: dict[str, Callable[[], None]] = {
    "abort": os.abort,
    "diverge": lambda: _raise(Diverged("loss is NaN in epoch 1")),
    "error": lambda: _raise(ValueError("a mistake\nwith a second line")),
    "exit 0": lambda: sys.exit(0),
    "exit 3": lambda: sys.exit(3),
    "fork and die": _fork_and_die,
    "fork and hang": _fork_and_hang,
    "garbage": _write_garbage,
    "hang": lambda: time.sleep(3600),
    "hold interpreter": _hold_interpreter,
    "ignore sigterm": _ignore_sigterm,
    "kill": _kill_itself,
    "linger": _linger,
    "os exit 1": lambda: os._exit(1),
    "out of memory": lambda: _raise(MemoryError()),
    "segfault": _segfault,
}
