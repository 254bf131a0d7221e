"""A driver as a program of its own, for tests that kill it: FOLDER, slots, payloads as JSON."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from ablate.schedule import Job, Launcher, Rules, Slot, run_jobs, stop_on_signals
from ablate.testing import fake_trainer


class Printing:
    """Prints a line for all that happens."""

    def started(self, job, slot):
        print("started", job.name, flush=True)

    def event(self, job, event):
        print(type(event).__name__, job.name, flush=True)

    def retried(self, job, failure):
        print("retried", job.name, failure.reason, flush=True)

    def ended(self, outcome):
        status = getattr(outcome.event, "status", "finished")
        print("ended", outcome.job.name, status, getattr(outcome.event, "reason", ""), flush=True)

    def tick(self, running):
        pass


def main() -> int:
    folder, slots, payloads = Path(sys.argv[1]), int(sys.argv[2]), json.loads(sys.argv[3])
    jobs = [Job(str(i), f"t{i}", folder / f"t{i}", payload) for i, payload in enumerate(payloads)]
    launcher = Launcher(fake_trainer.TARGET, preload=["ablate.testing.fake_trainer"])
    with stop_on_signals() as stop:
        run_jobs(
            jobs,
            [Slot(i) for i in range(slots)],
            launcher,
            Printing(),
            Rules(grace_s=1.5),
            stop=stop,
        )
    return 0 if stop.signal is None else 128 + stop.signal


# no guard by __name__: children must not run the main script again
if Path(sys.argv[0]).resolve() == Path(__file__).resolve():
    print("main script", flush=True)
    sys.exit(main())
