"""Functions as trials: called in a process of their own, with a trial that takes their reports."""

from __future__ import annotations

from pathlib import Path

import pytest

from ablate.results import Failed, Finished, Status

from .attempts import Attempts

DONE = "    t.finish({'val/accuracy': 0.5})\n"


@pytest.fixture
def attempts(tmp_path: Path) -> Attempts:
    return Attempts("python", tmp_path)


def main(*lines: str) -> str:
    return "def main(t):\n" + "".join(f"    {line}\n" for line in lines)


def failed(event: Finished | Failed) -> Failed:
    assert isinstance(event, Failed)
    return event


def test_a_function_gets_its_trial_and_returns_the_result(attempts: Attempts) -> None:
    (attempts.study / "lib.py").write_text("ANSWER = 0.25")
    code = "import lib, os, sys\n" + main(
        "assert t.params == {'widths': [8, 8]} and (t.seed, t.device, t.attempt) == (7, 'cpu', 1)",
        f"assert os.getcwd() == {str(attempts.study)!r} and sys.argv == [__file__]",
        "t.log(1, {'val/accuracy': 0.75})",
        "(t.checkpoints / 'last').write_text('deleted')",
        "return {'val/accuracy': lib.ANSWER}",
    )
    event = attempts.run(code, {"widths": [8, 8]})
    assert isinstance(event, Finished), event
    assert event.final == {"val/accuracy": 0.25}
    assert event.best == {"val/accuracy": 0.75}
    assert attempts.epochs == [1]
    assert not (attempts.trial / "checkpoints").exists()


def test_a_function_may_call_finish_instead(attempts: Attempts) -> None:
    line = "t.finish({'val/accuracy': 0.5}, classes=['cat'])"
    event = attempts.run(main(line, "import sys", "sys.exit(0)"))
    assert isinstance(event, Finished), event
    assert event.classes == ("cat",)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (main("pass"), "ended without reporting a result: call finish()"),
        (main("import sys; sys.exit()"), "ended without reporting a result"),
        (main("return 0.5"), "main returned a value of type float: return a mapping such as"),
        (
            main("return {'val/accuracy': 'high'}"),
            "val/accuracy is 'high': a metric must be a number",
        ),
        (
            main("return {'test/loss': 1}"),
            "lacks val/accuracy, the primary metric. It reported: test/loss",
        ),
        (main("t.log(2, {}); t.log(2, {})"), "epoch 2 was reported after epoch 2"),
        (main("t.log(1, {'lr': 0.1})"), "metric 'lr': names are split/metric"),
        (main() + DONE + "    return {'val/accuracy': 0.5}", "after its result"),
        (
            main() + DONE + "    import sys; sys.exit(3)",
            "reported its result and then exited with code 3",
        ),
        (main("raise ValueError('a mistake')"), "ValueError: a mistake"),
        (main("raise MemoryError"), "out of memory"),
        (
            "import no_such_module\n" + main("pass"),
            "ModuleNotFoundError: No module named 'no_such_module'",
        ),
        ("def other(t): ...", "AttributeError: module 'train' has no attribute 'main'"),
    ],
)
def test_what_breaks_a_rule_fails(attempts: Attempts, code: str, reason: str) -> None:
    event = failed(attempts.run(code))
    assert event.status is Status.FAILED
    assert reason in event.reason


def test_a_broken_rule_fails_although_the_function_hides_it(attempts: Attempts) -> None:
    lines = (
        "try: t.log(1, {'accuracy': 0.5})",
        "except Exception: pass",
        "return {'val/accuracy': 1}",
    )
    assert "names are split/metric" in failed(attempts.run(main(*lines))).reason


def test_a_result_that_is_no_number_has_diverged(attempts: Attempts) -> None:
    event = failed(attempts.run(main("return {'val/accuracy': float('nan')}")))
    assert (event.status, event.reason) == (Status.DIVERGED, "val/accuracy is nan")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("import sys; sys.exit(3)", "exited with code 3 without a result"),
        ("import os; os._exit(0)", "exited with code 0 without a result"),
        ("import ctypes; ctypes.string_at(0)", "segmentation fault"),
        ("import os; os.kill(os.getpid(), 9)", "killed by SIGKILL, possibly out of memory"),
    ],
)
def test_a_function_that_ends_its_process_is_reported(
    attempts: Attempts, line: str, reason: str
) -> None:
    assert failed(attempts.run(main(line))).reason == reason


def test_a_function_that_hangs_is_ended_and_its_log_says_where(attempts: Attempts) -> None:
    code = "import time\n" + main("hang()") + "def hang():\n    time.sleep(600)\n"
    event = failed(attempts.run(code, timeout_s=0.5))
    assert event.reason == "ran longer than 0.5 s"
    assert "in hang" in attempts.log


def test_the_next_attempt_knows_of_the_first(attempts: Attempts) -> None:
    lines = (
        "import os",
        "t.log(1, {'val/accuracy': 0.1})",
        "if not t.resuming: os._exit(1)",
        "t.log(2, {'val/accuracy': 0.2})",
        "return {'val/accuracy': 0.2, 'train/attempt': t.attempt}",
    )
    event = attempts.run(main(*lines), retries=1)
    assert isinstance(event, Finished), event
    assert event.final["train/attempt"] == 2
    assert attempts.epochs == [1, 2]


def test_a_module_that_hides_another_is_refused(attempts: Attempts) -> None:
    (attempts.study / "json.py").write_text(main("return {'val/accuracy': 1}"))
    event = failed(attempts.run("", entry="json:main"))
    assert "json is the name of another module" in event.reason
