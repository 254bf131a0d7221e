"""Programs as trials: what they are given, what they may report, and how they may go wrong."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

import ablate
from ablate.results import Failed, Finished, Status
from ablate.schedule.logfile import LIMIT_BYTES
from ablate.schedule.signals import StopFlag

from .attempts import Attempts

CLIENT = f"import sys; sys.path.insert(0, {str(Path(ablate.__file__).parents[1])!r})\n"
CLIENT += "from ablate.client import trial\nt = trial()\n"
DONE = "t.finish({'val/accuracy': 0.5})\n"


@pytest.fixture
def attempts(tmp_path: Path) -> Attempts:
    return Attempts("command", tmp_path)


def failed(event: Finished | Failed) -> Failed:
    assert isinstance(event, Failed)
    return event


def test_a_program_is_told_its_trial_and_reports_it(attempts: Attempts) -> None:
    code = """
assert t.params == {"lr": 0.1, "hidden": [64, 64], "note": "a b"}, t.params
assert (t.seed, t.device, t.attempt, t.resuming) == (7, "cpu", 1, False)
assert sys.argv[1:] == ["--lr=0.1", "[64, 64]", "a b", "7", "cpu", str(t.folder), {study!r}, "{}"]
import os
assert os.getcwd() == {study!r} and os.environ["OMP_NUM_THREADS"] == "1"
assert os.environ["CUDA_VISIBLE_DEVICES"] == ""
t.log(epoch=1, **{"train/loss": 0.5, "val/accuracy": 0.8})
t.log(2, {"val/accuracy": 0.7})
(t.artifacts / "note.txt").write_text("kept")
(t.checkpoints / "last").write_text("deleted")
t.finish({"val/accuracy": 0.7, "test/accuracy": 0.6}, classes=["cat", "dog"])
""".replace("{study!r}", repr(str(attempts.study)))
    words = (
        "python",
        "train.py",
        "--lr={lr}",
        "{hidden}",
        "{note}",
        "{seed}",
        "{device}",
        "{folder}",
    )
    event = attempts.run(
        CLIENT + code,
        {"lr": 0.1, "hidden": [64, 64], "note": "a b"},
        run=(*words, "{study_folder}", "{{}}"),
        epochs=2,
    )
    assert isinstance(event, Finished), (event, attempts.log)
    assert event.final == {"val/accuracy": 0.7, "test/accuracy": 0.6}
    assert event.best == {"val/accuracy": 0.8}
    assert event.classes == ("cat", "dog")
    assert event.measured["epochs_run"] == 2
    assert event.measured["duration_s"] > 0
    assert attempts.epochs == [1, 2]
    assert (attempts.trial / "artifacts" / "note.txt").read_text() == "kept"
    assert not (attempts.trial / "checkpoints").exists()


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("", "ended without reporting a result: call finish()"),
        (
            "t.finish({'test/accuracy': 0.5})",
            "lacks val/accuracy, the primary metric. It reported: test/",
        ),
        ("t.log(1, {'accuracy': 0.5})", "metric 'accuracy': names are split/metric"),
        ("t.log(1, {'val/': 0.5})", "names are split/metric"),
        ("t.log(0, {})", "epoch 0 was reported: epochs are whole numbers from 1"),
        ("t.log(5, {}); t.log(3, {})", "epoch 3 was reported after epoch 5: epochs must increase"),
        (f"{DONE}t.log(1, {{}})", "after its result: finish() is the last report"),
        (f"{DONE}{DONE}", "after its result: finish() is the last report"),
        (f"{DONE}sys.exit(3)", "reported its result, and then: exited with code 3"),
        (f"{DONE}import os; os.kill(os.getpid(), 11)", "and then: segmentation fault"),
        ("t.finish({'val/accuracy': 91})", "accuracy is a ratio, from 0 to 1"),
    ],
)
def test_what_breaks_a_rule_fails(attempts: Attempts, code: str, reason: str) -> None:
    event = failed(attempts.run(CLIENT + code))
    assert event.status is Status.FAILED
    assert reason in event.reason


@pytest.mark.parametrize("value", ["nan", "inf"])
def test_a_result_that_is_no_number_has_diverged(attempts: Attempts, value: str) -> None:
    event = failed(attempts.run(CLIENT + f"t.finish({{'val/accuracy': float('{value}')}})"))
    assert event.status is Status.DIVERGED
    assert event.reason == f"val/accuracy is {value}"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("this is no report", "line 2 of its reports is not JSON: 'this is no report'"),
        ('{"epoch": 1', "line 2 of its reports is not JSON"),
        ("[1, 2]", "a report holds epoch and metrics, or final, and not [1, 2]"),
        ('{"epoch": true, "metrics": {}}', "epoch True was reported"),
        (
            '{"epoch": 1, "metrics": {"val/f1": "0.5"}}',
            "val/f1 is '0.5': a metric must be a number",
        ),
        ('{"epoch": 1, "metrics": [0.5]}', "metrics are a mapping of name to number"),
        ('{"final": {}, "classes": "ab"}', "classes are a list of names"),
    ],
)
def test_lines_that_are_no_reports_fail_and_are_quoted(
    attempts: Attempts, line: str, reason: str
) -> None:
    code = f"import os\nopen(os.environ['ABLATE_REPORT'], 'w').write('\\n' + {line!r})"
    assert reason in failed(attempts.run(code)).reason


def test_a_broken_rule_ends_the_program_at_once(attempts: Attempts) -> None:
    code = CLIENT + "t.log(1, {'accuracy': 0.5})\nimport time\nprint('words')\ntime.sleep(600)"
    event = failed(attempts.run(code))
    assert "names are split/metric" in event.reason


def test_what_it_said_last_is_recorded_with_the_reason(attempts: Attempts) -> None:
    assert "last words" in failed(attempts.run("print('last words')")).details


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import sys; sys.exit(3)", "exited with code 3 without a result"),
        ("import os; os._exit(4)", "exited with code 4 without a result"),
        ("raise ValueError('a mistake')", "exited with code 1 without a result"),
        ("import ctypes; ctypes.string_at(0)", "segmentation fault"),
        ("import os; os.kill(os.getpid(), 9)", "killed by SIGKILL, possibly out of memory"),
    ],
)
def test_a_program_that_dies_is_reported_as_what_killed_it(
    attempts: Attempts, code: str, reason: str
) -> None:
    assert failed(attempts.run(code)).reason == reason


def test_a_program_that_dies_is_tried_again_and_goes_on_from_its_checkpoint(
    attempts: Attempts,
) -> None:
    code = """
import os
saved = t.checkpoints / "epoch"
done = int(saved.read_text()) if saved.exists() else 0
for epoch in range(done + 1, 5):
    t.log(epoch, {"val/accuracy": epoch / 10})
    saved.write_text(str(epoch))
    if epoch == 2 and not t.resuming:
        os.kill(os.getpid(), 9)
t.finish({"val/accuracy": 0.4, "train/attempt": t.attempt})
"""
    event = attempts.run(CLIENT + code, retries=1)
    assert isinstance(event, Finished), event
    assert event.final["train/attempt"] == 2
    assert attempts.epochs == [1, 2, 3, 4]
    assert len(attempts.observer.retries) == 1


def test_a_restart_from_the_beginning_records_no_epoch_twice(attempts: Attempts) -> None:
    code = """
import os
for epoch in range(1, 5):
    t.log(epoch, {"val/accuracy": epoch / 10})
    if epoch == 3 and not t.resuming:
        os._exit(1)
t.finish({"val/accuracy": 0.4})
"""
    assert isinstance(attempts.run(CLIENT + code, retries=1), Finished)
    assert attempts.epochs == [1, 2, 3, 4]


def test_epochs_that_a_killed_worker_did_not_record_are_recorded_by_the_next(
    attempts: Attempts,
) -> None:
    code = """
import os
if not t.resuming:
    os.kill(os.getppid(), 19)  # the worker sees nothing from now on
    t.log(1, {"val/accuracy": 0.1})
    os.kill(os.getppid(), 9)
t.log(2, {"val/accuracy": 0.2})
t.finish({"val/accuracy": 0.2})
"""
    assert isinstance(attempts.run(CLIENT + code, retries=1), Finished)
    assert attempts.epochs == [1, 2]


def test_a_program_that_hangs_is_ended_when_its_time_is_over(attempts: Attempts) -> None:
    child = "import subprocess; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
    code = CLIENT + child + "print('begun'); import time; time.sleep(600)"
    event = failed(attempts.run(code, timeout_s=1.5))
    assert event.reason == "ran longer than 1.5 s"
    assert "begun" in event.details


def test_a_program_that_is_not_there_is_named(attempts: Attempts) -> None:
    event = failed(attempts.run("", run=("no-such-program",)))
    assert event.reason == "cannot run 'no-such-program': No such file or directory"


def test_a_stop_reaches_the_program_which_may_save(attempts: Attempts) -> None:
    code = """
import signal, time
def save(*_):
    (t.checkpoints / "saved").write_text("yes")
    t.log(2, {"val/accuracy": 0.2})
    sys.exit(0)
signal.signal(signal.SIGTERM, save)
t.log(1, {"val/accuracy": 0.1})
time.sleep(600)
"""
    stop = StopFlag()
    threading.Thread(target=_stop_when, args=(attempts, stop), daemon=True).start()
    event = failed(attempts.run(CLIENT + code, stop=stop))
    assert event.status is Status.INTERRUPTED
    assert (attempts.trial / "checkpoints" / "saved").exists()
    assert attempts.epochs == [1, 2]


def _stop_when(attempts: Attempts, stop: StopFlag) -> None:
    """Stop the run as soon as an epoch is recorded."""
    deadline = time.monotonic() + 60
    while not attempts.epochs and time.monotonic() < deadline:
        time.sleep(0.02)
    stop.request(signal.SIGTERM)


def test_a_hundred_thousand_metrics_and_a_flood_of_output_do_no_harm(attempts: Attempts) -> None:
    code = """
import json, os
with open(os.environ["ABLATE_REPORT"], "a") as stream:
    for epoch in range(1, 1001):
        stream.write(json.dumps({"epoch": epoch, "metrics": {f"val/m{i}": i for i in range(100)}}) + "\\n")
    for _ in range(20):
        os.write(1, b"\\xff\\xfe" * 5_000_000)
    stream.write(json.dumps({"final": {"val/accuracy": 0.5}}))
"""
    event = attempts.run(code)
    assert isinstance(event, Finished), event
    assert event.measured["epochs_run"] == 1000
    assert (attempts.trial / "log.txt").stat().st_size <= LIMIT_BYTES


def test_a_program_in_another_language_needs_no_client(attempts: Attempts) -> None:
    script = attempts.study / "train.sh"
    script.write_text(
        "#!/bin/sh\n"
        'echo "{\\"epoch\\": 1, \\"metrics\\": {\\"val/accuracy\\": 0.$1}}" >> "$ABLATE_REPORT"\n'
        'echo \'{"final": {"val/accuracy": 0.25}}\' >> "$ABLATE_REPORT"\n'
    )
    script.chmod(0o755)
    event = attempts.run("", {"depth": 3}, run=("train.sh", "{depth}"))
    assert isinstance(event, Finished), event
    assert event.final == {"val/accuracy": 0.25}


def test_nothing_of_a_program_outlives_its_driver(attempts: Attempts, tmp_path: Path) -> None:
    sleeper = "[sys.executable, '-c', 'import time; time.sleep(600)']"
    code = f"import os, subprocess, time\nchild = subprocess.Popen({sleeper})\n"
    code += "(t.folder / 'pids').write_text(f'{os.getpid()} {child.pid}\\n')\ntime.sleep(600)"
    job = attempts.job(CLIENT + code)
    program = (
        "import json, sys\nfrom pathlib import Path\nfrom tests.runner.attempts import *\n"
        "job = Job('id', 'trial', Path(sys.argv[1]), json.loads(sys.argv[2]))\n"
        "run_jobs([job], [Slot(0)], Launcher(TARGETS['command']), Quiet())\n"
    )
    driver = subprocess.Popen(
        [sys.executable, "-c", program, str(attempts.trial), json.dumps(job.payload)],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    pids = attempts.trial / "pids"
    deadline = time.monotonic() + 60
    while not (pids.exists() and pids.read_text().endswith("\n")):
        assert driver.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)
    alive = [psutil.Process(int(pid)) for pid in pids.read_text().split()]
    driver.kill()
    driver.wait()
    assert psutil.wait_procs(alive, timeout=10)[1] == []
