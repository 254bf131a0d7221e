from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from ablate.schedule import Slot, run_jobs

ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "7"}


def run_program(code: str, folder: Path) -> str:
    path = os.pathsep.join([str(folder), *sys.path])
    return subprocess.run(
        [sys.executable, "-P", "-c", code],
        env={**ENVIRONMENT, "PYTHONPATH": path},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    ).stdout


def test_payload_is_written_and_the_slot_reaches_the_process(launcher, observer, make_job):
    job = make_job("a")
    job.folder.mkdir()
    job.progress_file.write_text("of an earlier attempt")
    slot = Slot(1, "cuda:0", threads=3, visible="5")
    run_jobs([job], [slot], launcher, observer)
    assert json.loads(job.payload_file.read_text()) == dict(job.payload)
    first_line = job.log_file.read_text().splitlines()[0]
    assert first_line == "device cuda:0 CUDA_VISIBLE_DEVICES=5 OMP_NUM_THREADS=3"


def test_a_trial_on_a_cpu_sees_no_gpu(launcher, observer, make_job):
    job = make_job("a")
    run_jobs([job], [Slot(0)], launcher, observer)
    assert "device cpu CUDA_VISIBLE_DEVICES= OMP_NUM_THREADS=1" in job.log_file.read_text()


def test_the_environment_of_the_driver_is_its_own_again(launcher):
    before = dict(os.environ)
    while not launcher.ready(1.0):
        pass
    assert dict(os.environ) == before


def test_the_server_imports_with_one_thread_and_not_from_the_working_directory(tmp_path):
    (tmp_path / "seen.py").write_text(
        "import os, sys\n"
        "threads = os.environ['OMP_NUM_THREADS']\n"
        "def train(folder, slot):\n"
        "    import ablate.schedule\n"
        "    print(threads, '' in sys.path, os.environ['OMP_NUM_THREADS'])\n"
    )
    run_program(
        "from pathlib import Path\n"
        "from ablate.schedule import Job, Launcher, Slot\n"
        "launcher = Launcher('seen:train', preload=['seen'])\n"
        "process = launcher.start(Job('i', 'a', Path('a').resolve()), Slot(0, threads=2))\n"
        "assert process.reap() == 0\n",
        tmp_path,
    )
    assert (tmp_path / "a" / "log.txt").read_text() == "1 False 2\n"


def test_a_server_that_dies_is_said(tmp_path):
    (tmp_path / "dies.py").write_text("import os; os._exit(1)")
    printed = run_program(
        "from ablate.schedule import Launcher, LaunchError\n"
        "launcher = Launcher('x:y', preload=['dies'])\n"
        "try:\n"
        "    while not launcher.ready(0.1): pass\n"
        "except LaunchError as error:\n"
        "    print(error)\n",
        tmp_path,
    )
    assert printed.startswith("trials cannot be started: their server process ended")


def test_a_server_that_was_killed_is_started_again(tmp_path):
    printed = run_program(
        "import os, signal\n"
        "from multiprocessing import forkserver\n"
        "from pathlib import Path\n"
        "from ablate.schedule import Job, Launcher, Slot\n"
        "launcher = Launcher('ablate.testing.fake_trainer:train')\n"
        "while not launcher.ready(0.1): pass\n"
        "os.kill(forkserver._forkserver._forkserver_pid, signal.SIGKILL)\n"
        "print(launcher.start(Job('i', 'a', Path('a')), Slot(0)).reap())\n",
        tmp_path,
    )
    assert printed == "0\n"
