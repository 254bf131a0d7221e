from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from ablate.files import write_json
from ablate.schedule import AlreadyRunning, study_lock
from ablate.schedule.lock import NotStopped, holder, is_held, stop_holder
from tests.killed_write import killed_while_writing

HOLD = (
    "import sys, time; from pathlib import Path; from ablate.schedule import study_lock\n"
    "with study_lock(Path(sys.argv[1])):\n"
    "    print('held', flush=True); time.sleep(60)\n"
)


def test_a_second_holder_is_told_who_has_it_and_a_killed_one_lets_go(tmp_path):
    path = tmp_path / "optuna" / "study.lock"
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"held\n"
    who = f"process {process.pid} on {socket.gethostname()}"
    with pytest.raises(AlreadyRunning, match=who), study_lock(path):
        pass
    process.send_signal(signal.SIGKILL)
    process.communicate()
    with study_lock(path):
        pass


def test_the_lock_is_free_again_after_an_error(tmp_path):
    path = tmp_path / "study.lock"
    with pytest.raises(ValueError, match="x"), study_lock(path):
        raise ValueError("x")
    with study_lock(path):
        pass


def test_what_a_kill_left_of_the_holders_file_is_removed(tmp_path: Path) -> None:
    path = tmp_path / "study.lock"
    killed_while_writing(tmp_path / "study.lock.holder")
    assert list(tmp_path.glob(".*.part"))
    with study_lock(path):
        assert not list(tmp_path.glob(".*.part"))


def hold(path: Path, *, ignore: bool = False) -> subprocess.Popen[str]:
    """A process that holds the lock until it is asked to stop."""
    code = (
        "import signal, sys, time\n"
        "from pathlib import Path\n"
        "from ablate.schedule.lock import study_lock\n"
        f"signal.signal(signal.SIGTERM, {'signal.SIG_IGN' if ignore else 'lambda *_: sys.exit(143)'})\n"
        f"with study_lock(Path({str(path)!r})):\n"
        "    print('held', flush=True)\n"
        "    time.sleep(60)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_the_holder_is_stopped_and_nobody_else(tmp_path: Path) -> None:
    path = tmp_path / "study.lock"
    assert stop_holder(path) is None
    process = hold(path)
    assert is_held(path)
    found = stop_holder(path, timeout_s=20)
    assert found is not None
    assert found.pid == process.pid
    assert process.wait(20) == 143
    assert not is_held(path)
    assert stop_holder(path) is None


def test_a_holder_that_does_not_stop_is_named(tmp_path: Path) -> None:
    path = tmp_path / "study.lock"
    process = hold(path, ignore=True)
    try:
        with pytest.raises(NotStopped, match=f"process {process.pid} still runs"):
            stop_holder(path, timeout_s=0.2)
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize(
    "change",
    [{"host": "elsewhere"}, {"boot": "another boot"}, {"started_s": 1.0}, {"pid": 2**22 + 1}],
)
def test_a_foreign_process_is_never_signalled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: dict[str, object]
) -> None:
    path = tmp_path / "study.lock"
    process = hold(path)
    try:
        true = holder(path)
        assert true is not None
        write_json(path.with_name("study.lock.holder"), asdict(replace(true, **change)))
        with monkeypatch.context() as patch:
            patch.setattr(os, "kill", lambda *_: pytest.fail("signalled"))
            with pytest.raises(NotStopped, match="not a process of this machine"):
                stop_holder(path)
    finally:
        process.kill()
        process.wait()


def test_a_holder_file_that_a_dead_machine_left_holds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "study.lock"
    path.touch()
    stale = {"pid": os.getpid(), "host": "here", "boot": "before", "started_s": 0.0}
    write_json(path.with_name("study.lock.holder"), stale)
    assert not is_held(path)
    with study_lock(path):
        now = holder(path)
        assert now is not None
        assert now.is_here


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}', "\x00"])
def test_an_unreadable_holder_file_is_no_holder(tmp_path: Path, text: str) -> None:
    path = tmp_path / "study.lock"
    path.with_name("study.lock.holder").write_text(text)
    assert holder(path) is None
