from __future__ import annotations

from pathlib import Path

from ablate.results import EpochMetrics, Failed, Finished, Status
from ablate.runner.watching import Watching
from ablate.schedule.job import Job, Outcome, Slot
from ablate.schedule.observer import Running
from ablate.spec.primary import Primary

JOB = Job("id", "a, seed 0", Path("/nowhere"))


class Told:
    """A display that notes what it is told."""

    def __init__(self):
        self.calls = []

    def __getattr__(self, name):
        return lambda *values: self.calls.append((name, *values))


def watching(**options):
    display = Told()
    rows = {"id": "a"}
    return display, Watching(display, Primary(metric="test/accuracy"), rows, **options)


def test_a_trial_from_start_to_end():
    display, observer = watching()
    observer.started(JOB, Slot(0))
    observer.event(JOB, EpochMetrics(1, 0, {"val/accuracy": 0.7}))
    observer.tick([Running(JOB, Slot(0), 1, 3.0)])
    done = Finished(0, {"test/accuracy": 0.8}, {}, {}, ())
    observer.ended(Outcome(JOB, Slot(0), done, 1, 4.0))
    observer.tick([])
    assert display.calls == [
        ("started", "id", "a, seed 0", JOB.log_file),
        ("moved", "id", None, 0.7),
        ("tick",),
        ("finished", "id", "a", 0.8, 4.0),
        ("tick",),
    ]


def test_a_failure_is_told_with_its_details():
    display, observer = watching()
    observer.started(JOB, Slot(0))
    event = Failed(0, Status.FAILED, "no memory", "Traceback ...")
    observer.ended(Outcome(JOB, Slot(0), event, 1, 4.0))
    assert display.calls[-1] == ("failed", "id", Status.FAILED, "no memory", 4.0, "Traceback ...")


def test_the_number_of_trials_is_counted_anew():
    display, observer = watching(total=lambda: 7)
    observer.tick([])
    assert display.calls == [("resized", 7), ("tick",)]
