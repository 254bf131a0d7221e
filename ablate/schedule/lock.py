"""One driver a study: a lock that the kernel lets go of when its holder dies."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from ablate.errors import AblateError
from ablate.files import write_json


class AlreadyRunning(AblateError):
    """Another process runs the study."""


@contextmanager
def study_lock(path: Path) -> Iterator[None]:
    """Hold the study's lock; a file beside it, ``<path>.holder``, says who does.

    Raises:
        AlreadyRunning: somebody else holds it; the text names the process and its host.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    holder = path.with_name(path.name + ".holder")
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise AlreadyRunning(
            f"the study is already running ({_describe(holder)}; {path} is locked). "
            "Wait for it to end, or stop it"
        ) from None
    try:
        write_json(holder, {"pid": os.getpid(), "host": socket.gethostname()})
        yield
        holder.unlink(missing_ok=True)
    finally:
        lock.release()


def _describe(holder: Path) -> str:
    try:
        content = json.loads(holder.read_text())
    except FileNotFoundError:
        return "its process has only just begun"
    return f"process {content['pid']} on {content['host']}"
