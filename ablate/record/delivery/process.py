"""The process beside a run that delivers what the driver has recorded, at its own pace.

Its standard input says what to do: one line of JSON, then ``finish`` when all is recorded. When the input ends without
that, the driver is dead, and so is this process at once.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from dataclasses import asdict, replace
from pathlib import Path

from ablate.errors import AblateError
from ablate.files import remove_unfinished, write_text
from ablate.record.delivery.address import Address
from ablate.record.delivery.one_pass import Delivery
from ablate.record.delivery.places import Places
from ablate.record.delivery.report import DeliveryReport, DeliveryState
from ablate.record.store import Store

FINISH = "finish"

#: Training goes first.
NICENESS = 10
#: The longest pause between two passes while the server does not answer, in pauses while it does.
LONGEST_PAUSE = 10


def main() -> None:
    """Deliver until told to finish."""
    os.nice(NICENESS)
    task = json.loads(sys.stdin.readline())
    finish = threading.Event()
    threading.Thread(target=_listen, args=(finish,), daemon=True).start()
    store, address = Store(Path(task["store"])), Address.parse(task["uri"])
    delivery = Delivery(store, task["study"], address)
    file = Places.of(store, task["study"], address).state
    remove_unfinished(file)
    _Loop(delivery, file, float(task["pause_s"]), finish).run()


def _listen(finish: threading.Event) -> None:
    for line in sys.stdin:
        if line.strip() == FINISH:
            finish.set()
            return
    os._exit(1)  # nothing to tidy up: a delivery may be killed at any moment


class _Loop:
    def __init__(
        self, delivery: Delivery, file: Path, pause_s: float, finish: threading.Event
    ) -> None:
        self._delivery = delivery
        self._file = file
        self._pause_s = pause_s
        self._finish = finish
        self._state = DeliveryState()

    def run(self) -> None:
        """Pass after pass; the last one begins after the word to finish."""
        driver, pauses = os.getppid(), 1
        while os.getppid() == driver:
            last = self._finish.is_set()
            report = self._pass()
            if last:
                return
            troubled = report.error is not None or bool(report.refused)
            pauses = min(2 * pauses, LONGEST_PAUSE) if troubled else 1
            self._finish.wait(pauses * self._pause_s)

    def _pass(self) -> DeliveryReport:
        try:
            report = self._delivery.once(watch=self._progress)
        except AblateError as error:
            report = DeliveryReport(waiting=self._state.waiting, error=str(error))
        self._tell(report)
        return report

    def _progress(self, report: DeliveryReport) -> None:
        """Within a pass; whether the server answers is said at its end."""
        self._keep(replace(self._state, delivered=report.there, waiting=report.waiting))

    def _tell(self, report: DeliveryReport) -> None:
        error = report.error or next(iter(report.refused.values()), None)
        since = None if error is None else self._state.since or time.time()
        self._keep(DeliveryState(report.there, report.waiting, error, since))

    def _keep(self, state: DeliveryState) -> None:
        if state != self._state or not self._file.exists():
            write_text(self._file, json.dumps(asdict(state)))
        self._state = state
