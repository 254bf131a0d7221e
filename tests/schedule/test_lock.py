from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys

import pytest

from ablate.schedule import AlreadyRunning, study_lock

HOLD = (
    "import sys, time; from pathlib import Path; from ablate.schedule import study_lock\n"
    "with study_lock(Path(sys.argv[1])):\n"
    "    print('held', flush=True); time.sleep(60)\n"
)


def test_a_second_holder_is_told_who_has_it_and_a_killed_one_lets_go(tmp_path):
    path = tmp_path / "optuna" / "study.lock"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    who = f"process {holder.pid} on {socket.gethostname()}"
    with pytest.raises(AlreadyRunning, match=who), study_lock(path):
        pass
    holder.send_signal(signal.SIGKILL)
    holder.communicate()
    with study_lock(path):
        pass


def test_the_lock_is_free_again_after_an_error(tmp_path):
    path = tmp_path / "study.lock"
    with pytest.raises(ValueError, match="x"), study_lock(path):
        raise ValueError("x")
    with study_lock(path):
        pass
