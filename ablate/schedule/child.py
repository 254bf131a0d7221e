"""Inside the process of an attempt: prepare it, call the training, report what it raised."""

from __future__ import annotations

import ctypes
import faulthandler
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from multiprocessing import forkserver
from pathlib import Path
from types import FrameType
from typing import NoReturn

from ablate.events import EventWriter, read_events
from ablate.registry import load
from ablate.results import Failed, Finished
from ablate.schedule import logfile
from ablate.schedule.job import Job, Slot
from ablate.schedule.verdict import CANNOT_WRITE, STOPPED, raised

_PR_SET_PDEATHSIG = 1
_WATCH_S = 0.25


def nothing() -> None:
    """Start and end: proof that the forkserver is ready."""


def run_attempt(target: str, job: Job, slot: Slot, environment: Mapping[str, str]) -> None:
    """Call the training ``"module:function"`` with the job's folder and the slot.

    An error that it raises is appended to the job's events as its failure, and the process leaves with 1.
    """
    os.setsid()
    _die_with_driver(job.log_file)
    logfile.redirect_output(job.log_file)
    faulthandler.enable(all_threads=False)
    os.environ.clear()
    os.environ.update(environment)
    _set_signals()
    seen = len(read_events(job.events_file))
    try:
        load(target)(job.folder, slot)
    except Exception as error:
        try:
            _report(job.events_file, raised(error), seen)
        except OSError:
            os._exit(CANNOT_WRITE)  # there may be no room for a traceback either
        raise


def _report(events_file: Path, failure: Failed, seen: int) -> None:
    written = read_events(events_file)[seen:]
    if any(isinstance(event, Finished | Failed) for event in written):
        return
    writer = EventWriter(events_file)
    writer.write(failure)
    writer.close()


def _set_signals() -> None:
    """Leave Ctrl-C to the driver; make SIGTERM unwind the training once.

    The forkserver holds both back, so that none can arrive before it is handled.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _stop)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGTERM})


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(STOPPED)


def _die_with_driver(log_file: Path) -> None:
    """Tie the life of this process to the driver's, however the driver dies.

    A thread kills the whole process group, data loaders included. Should a library hold the interpreter
    so that the thread cannot run, the kernel kills the process when the forkserver has ended, which it does
    once nobody keeps its pipe open: neither the driver nor this process.
    """
    alive = forkserver._forkserver._forkserver_alive_fd  # type: ignore[attr-defined]
    with suppress(OSError):
        os.close(alive)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    threading.Thread(target=_watch, args=(log_file,), daemon=True).start()


def _watch(log_file: Path) -> None:
    driver = multiprocessing.parent_process()
    if driver is None:
        return
    while driver.is_alive():
        driver.join(_WATCH_S)
        logfile.bound(log_file)
    os.killpg(0, signal.SIGKILL)
