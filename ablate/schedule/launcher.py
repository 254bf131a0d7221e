"""Starts each attempt of a trial in a process of its own, forked from a warm server."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from multiprocessing import forkserver, resource_tracker
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from ablate.errors import AblateError
from ablate.files import write_text
from ablate.schedule import child
from ablate.schedule.job import Job, Slot
from ablate.schedule.process import AttemptProcess

_THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
#: A server that was killed refuses work for a moment before it can be seen to be dead, and replaced.
_DYING_S = 0.5

#: glibc gives each large tensor back to the kernel when it is freed, and the next step pays for fresh pages again: with
#: two trials side by side that cost a fifth of small networks' time. Keep up to 1 GiB; other C libraries ignore this.
_MEMORY_VARIABLES = {
    "MALLOC_MMAP_THRESHOLD_": "33554432",
    "MALLOC_TRIM_THRESHOLD_": "1073741824",
    "MALLOC_TOP_PAD_": "67108864",
}


class LaunchError(AblateError):
    """Processes of trials cannot be started."""


class Launcher:
    """Forks attempts from a server process that has imported what every trial needs.

    Args:
        target: the training as ``"module:function"``, called as ``function(folder, slot)``.
        preload: modules that the server imports once. None of them may touch CUDA or start threads.
    """

    def __init__(self, target: str, preload: Sequence[str] = ()) -> None:
        self._target = target
        self._preload = [*preload, child.__name__]
        self._context = multiprocessing.get_context("forkserver")
        self._warming: threading.Thread | None = None
        self._failure: Exception | None = None

    def warm(self) -> threading.Thread:
        """Begin to start the server and return at once; the thread ends when the server is ready."""
        if self._warming is None:
            self._ensure_server()
            self._warming = threading.Thread(target=self._probe, daemon=True)
            self._warming.start()
        return self._warming

    def ready(self, timeout_s: float) -> bool:
        """Whether attempts start without delay; waits at most ``timeout_s`` for it.

        Raises:
            LaunchError: the server ended while it imported its modules.
        """
        warming = self.warm()
        warming.join(timeout_s)
        if self._failure is not None:
            raise _launch_error(self._failure)
        return not warming.is_alive()

    def start(self, job: Job, slot: Slot) -> AttemptProcess:
        """Write the job's payload and start an attempt at it.

        Raises:
            LaunchError: the server cannot be reached.
            OSError: the job's folder cannot be written.
        """
        _unlink_ways_out(job.folder)
        write_text(
            job.payload_file, json.dumps(job.payload)
        )  # the order of classes means something
        job.progress_file.unlink(missing_ok=True)
        arguments = (self._target, job, slot, _environment(slot))
        try:
            process = self._fork(job.name, arguments)
        except (OSError, EOFError):
            time.sleep(_DYING_S)
            process = self._fork_or_fail(job.name, arguments)
        return AttemptProcess(process, job.log_file)

    def _fork_or_fail(self, name: str, arguments: tuple[Any, ...]) -> BaseProcess:
        try:
            return self._fork(name, arguments)
        except (OSError, EOFError) as error:
            raise _launch_error(error) from error

    def _fork(self, name: str, arguments: tuple[Any, ...]) -> BaseProcess:
        self._ensure_server()
        process = self._context.Process(target=child.run_attempt, args=arguments, name=name)
        _start(process)
        return process

    def _ensure_server(self) -> None:
        forkserver.set_forkserver_preload(self._preload)
        resource_tracker.ensure_running()
        with _server_environment(), _signals_held_back():
            forkserver.ensure_running()

    def _probe(self) -> None:
        try:
            process = self._context.Process(target=child.nothing)
            _start(process)
            process.join()
        except (OSError, EOFError) as error:
            self._failure = error


def _unlink_ways_out(folder: Path) -> None:
    """Remove symbolic links through which a trial would write outside of its folder."""
    if folder.is_symlink():
        folder.unlink()
    home = folder.resolve()
    for path in folder.glob("*"):
        if path.is_symlink() and not path.resolve().is_relative_to(home):
            path.unlink()


def _start(process: BaseProcess) -> None:
    """Start a process that does not run the main script again: an attempt needs nothing of it."""
    main = sys.modules["__main__"]
    spec, main.__spec__ = main.__spec__, ModuleSpec("__main__", None)
    try:
        process.start()
    finally:
        main.__spec__ = spec


def _environment(slot: Slot) -> Mapping[str, str]:
    threads = dict.fromkeys(_THREAD_VARIABLES, str(slot.threads))
    return {**os.environ, **threads, "CUDA_VISIBLE_DEVICES": slot.visible}


@contextmanager
def _server_environment() -> Iterator[None]:
    """One thread a process, and the same import path as here without the working directory.

    What the user set of malloc's own settings stays.
    """
    server = dict.fromkeys(_THREAD_VARIABLES, "1")
    server |= {k: os.environ.get(k, value) for k, value in _MEMORY_VARIABLES.items()}
    server["PYTHONPATH"] = os.pathsep.join(entry for entry in sys.path if entry)
    server["PYTHONSAFEPATH"] = "1"
    before = {name: os.environ.get(name) for name in server}
    os.environ.update(server)
    try:
        yield
    finally:
        for name, value in before.items():
            _restore(name, value)


def _restore(name: str, value: str | None) -> None:
    if value is None:
        del os.environ[name]
    else:
        os.environ[name] = value


@contextmanager
def _signals_held_back() -> Iterator[None]:
    """Let a process started here inherit SIGINT and SIGTERM as blocked: the driver alone obeys them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _launch_error(error: Exception) -> LaunchError:
    return LaunchError(
        f"trials cannot be started: their server process ended ({type(error).__name__}: {error}). "
        "Its last words are above; too little memory is the usual cause"
    )
