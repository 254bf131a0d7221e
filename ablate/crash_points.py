"""Named places at which a test can kill the process, so that a crash there is tried and not only imagined.

``ABLATE_CRASH_AT=tell-before`` ends the process with SIGKILL when it gets to that place, ``tell-before:3`` when it
gets there for the third time. Each process counts for itself. Without the variable nothing happens.
"""

from __future__ import annotations

import os
import signal

VARIABLE = "ABLATE_CRASH_AT"

#: Every place that the process of a run passes, in the order in which a trial does, and what is about to happen or has.
DRIVER_POINTS = {
    "ask-before": "a trial was started; Optuna has not been asked for it",
    "ask-after": "Optuna has it, MLflow not",
    "begin-before": "its run is about to be opened",
    "begin-created": "its run exists, without parameters",
    "begin-after": "its run is open",
    "epoch-before": "an epoch is about to be recorded",
    "epoch-rewound": "what an earlier attempt recorded is being taken back for the new epoch",
    "epoch-after": "an epoch was recorded",
    "report-before": "Optuna is about to be told of an epoch",
    "report-after": "Optuna was told of an epoch",
    "tell-before": "a trial ended; Optuna does not know",
    "tell-after": "Optuna knows",
    "finish-before": "its end is about to be recorded",
    "artifact-linked": "a file is complete beside its final name",
    "artifacts-published": "all its files are artifacts",
    "summary-logged": "its final metrics are being recorded, its run still says that it is running",
    "finish-after": "its end is recorded, its folder is still there",
    "folder-removed": "nothing is left of it but its record",
    "table-before": "all trials have ended; the tables are about to be recorded",
    "table-after": "the tables are recorded",
}

#: Every place that the process of a trial passes.
TRIAL_POINTS = {
    "event-before": "an event is about to be written",
    "event-after": "an event is on disk",
    "checkpoint-before": "a checkpoint is about to be written",
    "checkpoint-renamed": "the checkpoint before it has its other name, the new one is not there yet",
    "checkpoint-after": "a checkpoint was written",
}

POINTS = {**DRIVER_POINTS, **TRIAL_POINTS}

_name, _, _time = os.environ.get(VARIABLE, "").partition(":")
_left = {_name: int(_time or 1)} if _name else {}


def reach(name: str) -> None:
    """Kill this process if it is asked to die here."""
    if name in _left:
        _count_down(name)


def _count_down(name: str) -> None:
    _left[name] -= 1
    if _left[name] == 0:
        os.kill(os.getpid(), signal.SIGKILL)
