"""One driver a study: a lock that the kernel lets go of when its holder dies."""

from __future__ import annotations

import json
import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil
from filelock import FileLock, Timeout

from ablate.errors import AblateError
from ablate.files import remove_unfinished, write_json

#: Somebody who only looks whether the lock is held has it for a moment.
_LOOK_S = 0.5
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class AlreadyRunning(AblateError):
    """Another process runs the study."""


class NotStopped(AblateError):
    """A process that runs a study cannot be stopped from here, or does not stop."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a study's lock: a process that no other can be mistaken for, whatever pids are used again.

    ``started_s`` is when the process began, in seconds since 1970 as the kernel counts them.
    """

    pid: int
    host: str
    boot: str
    started_s: float

    @staticmethod
    def this() -> Holder:
        """This process."""
        return Holder(os.getpid(), socket.gethostname(), _boot(), psutil.Process().create_time())

    @property
    def is_here(self) -> bool:
        """Whether that very process lives on this machine."""
        if (self.host, self.boot) != (socket.gethostname(), _boot()):
            return False
        try:
            return abs(psutil.Process(self.pid).create_time() - self.started_s) < 1.0
        except psutil.Error:
            return False


@contextmanager
def study_lock(path: Path) -> Iterator[None]:
    """Hold the study's lock; a file beside it, ``<path>.holder``, says who does.

    Raises:
        AlreadyRunning: somebody else holds it; the text names the process and its host.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path)
    try:
        lock.acquire(timeout=_LOOK_S)
    except Timeout:
        raise AlreadyRunning(
            f"the study is already running ({_described(path)}; {path} is locked). "
            "Wait for it to end, or stop it with 'ablate stop'"
        ) from None
    try:
        remove_unfinished(_file(path))
        write_json(_file(path), asdict(Holder.this()))
        yield
        _file(path).unlink(missing_ok=True)
    finally:
        lock.release()


def is_held(path: Path) -> bool:
    """Whether some process holds the lock now, on whatever host the file system knows of."""
    if not path.exists():
        return False
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    lock.release()
    return False


def holder(path: Path) -> Holder | None:
    """Who says to hold the lock; ``None`` where nobody does, or not legibly."""
    try:
        return Holder(**json.loads(_file(path).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def stop_holder(path: Path, *, now: bool = False, timeout_s: float = 60.0) -> Holder | None:
    """Ask the process that holds a lock to stop, and wait until it has let go.

    Only a process that is proved to be the one which took the lock is ever signalled.

    Args:
        path: the lock.
        now: ask twice, so that trials get no time to save what they have since their last checkpoint.
        timeout_s: how long to wait.

    Returns:
        Who was stopped; ``None`` if nobody held the lock.

    Raises:
        NotStopped: the holder is on another host or cannot be told, or does not stop in time.
    """
    if not is_held(path):
        return None
    found = holder(path)
    if found is None or not found.is_here:
        raise NotStopped(
            f"{path} is locked by {_described(path)}, which is not a process of this machine that can be told for "
            "sure. Stop it where it runs"
        )
    for _ in range(2 if now else 1):
        os.kill(found.pid, signal.SIGTERM)
        time.sleep(0.2)
    deadline = time.monotonic() + timeout_s
    while is_held(path):
        if time.monotonic() > deadline:
            raise NotStopped(
                f"process {found.pid} still runs the study {timeout_s:.0f} s after it was asked to stop. "
                "'ablate stop --now' gives its trials no more time"
            )
        time.sleep(0.05)
    return found


def _file(path: Path) -> Path:
    return path.with_name(path.name + ".holder")


def _described(path: Path) -> str:
    found = holder(path)
    if found is None:
        return "its process has only just begun"
    return f"process {found.pid} on {found.host}"


def _boot() -> str:
    """What tells one boot of the machine from another; empty where the kernel does not say."""
    try:
        return _BOOT_ID.read_text().strip()
    except OSError:
        return ""
