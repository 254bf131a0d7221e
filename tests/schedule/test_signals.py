from __future__ import annotations

import signal
import threading

import pytest

from ablate.schedule import StopFlag, stop_on_signals


@pytest.fixture
def ctrl_c():
    """Python's own handler, which a process started in the background of a shell lacks."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield signal.default_int_handler
    signal.signal(signal.SIGINT, before)


def test_the_first_signal_asks_and_the_second_insists(ctrl_c):
    with stop_on_signals() as stop:
        assert not stop.requested
        signal.raise_signal(signal.SIGINT)
        assert (stop.requested, stop.immediate, stop.signal) == (True, False, 2)
        signal.raise_signal(signal.SIGTERM)
        assert (stop.immediate, stop.signal, stop.cause) == (True, 2, "SIGINT")
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is ctrl_c


def test_handlers_are_restored_after_an_error():
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(ValueError, match="x"), stop_on_signals():
        raise ValueError("x")
    assert signal.getsignal(signal.SIGTERM) is before


def test_outside_the_main_thread_signals_are_left_alone():
    flags: list[StopFlag] = []

    def run() -> None:
        with stop_on_signals() as stop:
            flags.append(stop)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert not flags[0].requested
