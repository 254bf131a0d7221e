"""Ctrl-C and SIGTERM: the first asks a run to stop, the second stops it at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class StopFlag:
    """Whether a run shall stop; set by signal handlers, read by the scheduler.

    ``signal`` is the number of the first signal (a caller leaves with ``128 + signal``), ``None`` before
    one came; ``immediate`` says that nothing may be waited for any more; ``cause`` is what stops the run, in words.
    """

    def __init__(self) -> None:
        self.signal: int | None = None
        self.immediate = False
        self.cause: str | None = None

    @property
    def requested(self) -> bool:
        """Whether the run shall stop."""
        return self.cause is not None

    def halt(self, cause: str) -> None:
        """Let the run stop by itself, as one signal would."""
        self.cause = self.cause or cause

    def request(self, number: int = signal.SIGTERM) -> None:
        """Ask the run to stop; asked a second time, to stop at once."""
        self.immediate = self.signal is not None
        self.signal = self.signal or number
        self.halt(signal.Signals(number).name)


@contextmanager
def stop_on_signals() -> Iterator[StopFlag]:
    """Let SIGINT and SIGTERM set a flag instead of ending the process.

    After the second signal the previous handlers are back, so that a third one ends even a process that
    is stuck. Outside the main thread, where Python allows no handlers, only :meth:`StopFlag.request` sets it.
    """
    stop = StopFlag()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    previous = {number: signal.getsignal(number) for number in _SIGNALS}

    def restore() -> None:
        for number, handler in previous.items():
            signal.signal(number, handler)

    def note(number: int, _frame: FrameType | None) -> None:
        stop.request(number)
        if stop.immediate:
            restore()

    for number in _SIGNALS:
        signal.signal(number, note)
    try:
        yield stop
    finally:
        restore()
