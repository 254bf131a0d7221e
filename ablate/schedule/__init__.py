"""Running jobs in processes of their own, and keeping the Optuna study."""

from ablate.schedule.driver import Driver, Rules, run_jobs
from ablate.schedule.job import Job, Outcome, Slot
from ablate.schedule.launcher import Launcher, LaunchError
from ablate.schedule.lock import AlreadyRunning, study_lock
from ablate.schedule.observer import Observer, Running
from ablate.schedule.optuna_study import OptunaLedger, PastTrial
from ablate.schedule.signals import StopFlag, stop_on_signals
from ablate.schedule.slots import slots
from ablate.schedule.source import Queue, Source

__all__ = [
    "AlreadyRunning",
    "Driver",
    "Job",
    "LaunchError",
    "Launcher",
    "Observer",
    "OptunaLedger",
    "Outcome",
    "PastTrial",
    "Queue",
    "Rules",
    "Running",
    "Slot",
    "Source",
    "StopFlag",
    "run_jobs",
    "slots",
    "stop_on_signals",
    "study_lock",
]
