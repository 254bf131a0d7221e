"""The driver's side of the process that delivers beside a run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import replace
from typing import IO

from ablate.errors import RecordError
from ablate.record.client import ENVIRONMENT
from ablate.record.delivery.address import Address
from ablate.record.delivery.places import Places
from ablate.record.delivery.process import FINISH
from ablate.record.delivery.report import DeliveryState
from ablate.record.store import Store


class Deliverer:
    """Delivers a study to a tracking server while it runs, in a process of low priority of its own.

    The driver records into the local store as ever and never waits for the server. The process ends with the driver,
    whatever ends that; what is not delivered then waits for :func:`ablate.record.delivery.deliver`.

    Args:
        store: where the driver records.
        study: the study's name.
        uri: the server's address.
        pause_s: seconds between two passes; up to ten times as long while the server does not answer.

    Raises:
        UsageError: the address is not one of a tracking server.
    """

    def __init__(self, store: Store, study: str, uri: str, *, pause_s: float = 3.0) -> None:
        self._store = store
        self._study = study
        self._address = Address.parse(uri)
        self._pause_s = pause_s
        self._places = Places.of(store, study, self._address)
        self._process: subprocess.Popen[str] | None = None
        self._state = DeliveryState()
        self._written = 0

    @property
    def uri(self) -> str:
        """The server's address, without credentials."""
        return self._address.uri

    def start(self) -> None:
        """Start the process; returns at once.

        Raises:
            RecordError: the store's folder cannot be written, or no process can be started.
        """
        task = {
            "store": str(self._store.root),
            "study": self._study,
            "uri": self._address.uri,
            "pause_s": self._pause_s,
        }
        try:
            self._places.folder.mkdir(parents=True, exist_ok=True)
            self._places.state.unlink(missing_ok=True)
            with self._places.log.open("w") as log:
                self._process = _spawn(log, self._address)
            self._say(json.dumps(task))
        except OSError as error:
            raise RecordError(
                f"cannot deliver to {self.uri}: {error.strerror} ({self._places.folder})"
            ) from error

    def __enter__(self) -> Deliverer:
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.abandon()

    def state(self) -> DeliveryState:
        """How the delivery stands; costs a look at one small file."""
        self._state = self._read()
        code = None if self._process is None else self._process.poll()
        if code:
            return self._with_error(f"the delivering process ended; {self._places.log} says why")
        return self._state

    def finish(self, timeout_s: float) -> DeliveryState:
        """Say that everything is recorded, and wait for the last pass, at most ``timeout_s`` seconds."""
        if self._process is None:
            return self._state
        self._say(FINISH)
        try:
            self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self.abandon()
            self._state = self._read()
            return self._with_error(f"{self.uri} did not take the rest within {timeout_s:g} s")
        self._close()
        return self.state()

    def abandon(self) -> None:
        """End the process now; what waits, waits."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._close()
            self._process = None

    def _with_error(self, error: str) -> DeliveryState:
        """The last state; the error it had, else this one."""
        if self._state.error is None:
            self._state = replace(self._state, error=error, since=time.time())
        return self._state

    def _read(self) -> DeliveryState:
        try:
            written = self._places.state.stat().st_mtime_ns
            if written == self._written:
                return self._state
            values = json.loads(self._places.state.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return self._state
        self._written = written
        return DeliveryState(**values)

    def _say(self, line: str) -> None:
        stream = None if self._process is None else self._process.stdin
        with suppress(BrokenPipeError):  # it is dead, which the state says
            if stream is not None:
                stream.write(f"{line}\n")
                stream.flush()

    def _close(self) -> None:
        stream = None if self._process is None else self._process.stdin
        with suppress(BrokenPipeError):
            if stream is not None:
                stream.close()


def _spawn(log: IO[str], address: Address) -> subprocess.Popen[str]:
    """A process in a session of its own: Ctrl-C is for the driver, which then ends it."""
    return subprocess.Popen(
        [sys.executable, "-m", "ablate.record.delivery"],
        stdin=subprocess.PIPE,
        stdout=log,
        stderr=log,
        text=True,
        env={**os.environ, **ENVIRONMENT, **address.credentials},
        start_new_session=True,
    )
