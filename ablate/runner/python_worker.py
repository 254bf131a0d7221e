"""What a trial's own process does for ``task: python``: call the study's function, and record what it reports."""

from __future__ import annotations

import faulthandler
import importlib
import os
import resource
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ablate.client import Trial
from ablate.errors import TrialError
from ablate.results import Failed, Status
from ablate.runner.script_trial import ScriptTrial, begin
from ablate.schedule.job import Slot
from ablate.schedule.verdict import now_ms
from ablate.tasks.python import Python


def run_python(folder: Path, slot: Slot) -> None:
    """Call the entry of the trial whose ``job.json`` stands in ``folder``.

    Its events go to ``events.jsonl``. What it raises is left to the caller, and so is an exit with another code than 0.

    Raises:
        TrialError: it broke a rule of reporting, or ended without a result.
    """
    trial = begin(folder, slot)
    task = trial.config.task
    assert isinstance(task, Python)  # noqa: S101  (the launcher chose this worker by the task)
    if task.timeout_s is not None:
        _end_after(task.timeout_s, trial)
    reports = _Reporter(trial)
    code = _call(task, trial, reports)
    if reports.broken is not None:
        raise reports.broken
    if code:
        _exit(code, trial)
    trial.finish(resource.RUSAGE_SELF)
    trial.log.close()


class _Reporter:
    """Takes reports; remembers a broken rule, in case the script catches the error."""

    def __init__(self, trial: ScriptTrial) -> None:
        self._take = trial.reports.take
        self.broken: TrialError | None = None

    def __call__(self, report: dict[str, Any]) -> None:
        try:
            self._take(report)
        except TrialError as error:
            self.broken = self.broken or error
            raise


def _call(task: Python, trial: ScriptTrial, report: Callable[[dict[str, Any]], None]) -> Any:
    """Call the entry; gives the exit code that it asked for, 0 if none."""
    try:
        result = _load(task, trial.study_folder)(
            Trial(trial.params, trial.seed, trial.device, trial.folder, trial.attempt, report)
        )
    except SystemExit as stop:
        return stop.code or 0
    if isinstance(result, Mapping):
        report({"final": {str(name): _number(name, value) for name, value in result.items()}})
    elif result is not None:
        kind = type(result).__name__
        raise TrialError(
            f"{task.function} returned a value of type {kind}: return a mapping such as "
            "{'val/accuracy': 0.9}, or call finish()"
        )
    return 0


def _load(task: Python, study_folder: Path) -> Callable[[Trial], Any]:
    """The function, its module imported from the study's folder."""
    os.chdir(study_folder)
    sys.path.insert(0, str(study_folder))
    file = task.file(study_folder)
    sys.argv = [str(file)]
    module = importlib.import_module(task.module)
    if module.__file__ is None or not file.samefile(module.__file__):
        raise TrialError(f"{task.module} is the name of another module: give {file.name} its own")
    function: Callable[[Trial], Any] = getattr(module, task.function)
    return function


def _number(name: Any, value: Any) -> float:
    if isinstance(value, str | bytes):
        raise TrialError(f"{name} is {value!r}: a metric must be a number")
    return float(value)


def _exit(code: Any, trial: ScriptTrial) -> None:
    """Leave as the script asked to; a result before it does not count."""
    if trial.reports.finished:
        raise TrialError(f"reported its result and then exited with code {code}")
    sys.exit(code)


def _end_after(seconds: float, trial: ScriptTrial) -> None:
    """Fail the trial and end its processes when the time is over; where it hung goes to its log."""

    def end() -> None:
        trial.log.write(Failed(now_ms(), Status.FAILED, f"ran longer than {seconds:g} s"))
        faulthandler.dump_traceback(all_threads=True)
        os.killpg(0, signal.SIGKILL)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
