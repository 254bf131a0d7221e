"""What a trial's own process does for ``task: command``: run the program, and record what it reports."""

from __future__ import annotations

import ctypes
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from ablate.errors import TrialError
from ablate.files import write_json
from ablate.runner.report_file import REPORT, ReportFile, recover
from ablate.runner.script_trial import ScriptTrial, begin
from ablate.schedule import logfile
from ablate.schedule.job import Slot
from ablate.schedule.verdict import exit_reason, raised
from ablate.tasks.command import PYTHON, Command

_LOOK_S = 0.05
_PR_SET_PDEATHSIG = 1

Process = subprocess.Popen[bytes]


def run_command(folder: Path, slot: Slot) -> None:
    """Run the program of the trial whose ``job.json`` stands in ``folder``, in this process group.

    Its events go to ``events.jsonl`` while it runs, its output to that of this process. This process ends as the
    program does, if that ends without a result. A program that breaks a rule of reporting, runs too long or ends
    without having reported its result has failed, and what it printed last is recorded with the reason.
    """
    _outlive_the_forkserver()
    recover(folder)
    trial = begin(folder, slot)
    try:
        _conclude(_run(trial), trial)
    except TrialError as error:
        said = logfile.last_lines(folder / "log.txt")
        trial.log.write(replace(raised(error), details=said))
    finally:
        trial.log.close()


def _run(trial: ScriptTrial) -> int:
    """Run the program to its end, recording what it reports; gives its exit code."""
    process = _start(trial)
    file = ReportFile(_report_file(trial.folder), trial.reports)
    try:
        _follow(process, file, trial.config.task.timeout_s)
    except SystemExit:
        _hand_on_the_stop(process, file)
        if process.returncode != 0 or not trial.reports.finished:
            raise
    except TrialError:
        process.kill()
        process.wait()
        raise
    return process.returncode


def _outlive_the_forkserver() -> None:
    """Leave it to the thread that watches the driver to end this process, and the program with it.

    Were the kernel to end this process alone, as soon as the forkserver has gone, nobody would end the program.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, 0)


def _start(trial: ScriptTrial) -> Process:
    task = trial.config.task
    assert isinstance(task, Command)  # noqa: S101  (the launcher chose this worker by the task)
    write_json(trial.folder / "params.json", trial.params)
    own = {
        "seed": str(trial.seed),
        "device": trial.device,
        "folder": str(trial.folder),
        "study_folder": str(trial.study_folder),
    }
    program, *arguments = task.words(trial.params, own)
    try:
        return subprocess.Popen(  # noqa: S603  (the study says what to run; no shell)
            [_program(program, trial.study_folder), *arguments],
            cwd=trial.study_folder,
            env=_environment(trial),
            stdin=subprocess.DEVNULL,
        )
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise TrialError(f"cannot run {program!r}: {reason}") from error


def _program(word: str, study_folder: Path) -> str:
    if word == PYTHON:
        return sys.executable
    beside = study_folder / word
    return str(beside) if beside.is_file() else shutil.which(word) or word


def _environment(trial: ScriptTrial) -> Mapping[str, str]:
    return {
        "PYTHONUNBUFFERED": "1",  # so that the last words of a crash reach the log
        **os.environ,
        "ABLATE_PARAMS": str(trial.folder / "params.json"),
        "ABLATE_SEED": str(trial.seed),
        "ABLATE_DEVICE": trial.device,
        "ABLATE_FOLDER": str(trial.folder),
        "ABLATE_ATTEMPT": str(trial.attempt),
        "ABLATE_REPORT": str(_report_file(trial.folder)),
    }


def _report_file(folder: Path) -> Path:
    return folder / REPORT


def _follow(process: Process, file: ReportFile, timeout_s: float | None) -> None:
    """Record what is reported, until the program has ended.

    Raises:
        TrialError: a report breaks a rule, or the time is over.
    """
    deadline = None if timeout_s is None else time.monotonic() + timeout_s
    while not _ended(process):
        file.take_new()
        if deadline is not None and time.monotonic() > deadline:
            raise TrialError(f"ran longer than {timeout_s:g} s")
    file.take_rest()


def _ended(process: Process) -> bool:
    try:
        process.wait(_LOOK_S)
    except subprocess.TimeoutExpired:
        return False
    return True


def _hand_on_the_stop(process: Process, file: ReportFile) -> None:
    """Tell the program and its children to stop, and give it the time that the driver gives."""
    os.killpg(0, signal.SIGTERM)  # this process ignores the signal by now
    process.wait()
    with suppress(TrialError):
        file.take_rest()


def _conclude(code: int, trial: ScriptTrial) -> None:
    """Record the result of a program that ended well; end as it did if it did not."""
    if code == 0:
        trial.finish(resource.RUSAGE_CHILDREN)
    elif trial.reports.finished:
        how = f"exited with code {code}" if code > 0 else exit_reason(code)
        raise TrialError(f"reported its result, and then: {how}")
    else:
        _end_like(code)


def _end_like(code: int) -> NoReturn:
    """Leave with the program's exit code, or by the signal that ended it."""
    if code > 0:
        sys.exit(code)
    number = -code
    if number not in (signal.SIGKILL, signal.SIGSTOP):
        signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
    raise TrialError(exit_reason(code))  # a signal that does not end a process
