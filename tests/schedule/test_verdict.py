from __future__ import annotations

import pytest

from ablate.errors import Diverged, TrialError
from ablate.results import Status
from ablate.schedule.verdict import CANNOT_WRITE, exit_failure, exit_reason, raised


class OutOfMemoryError(RuntimeError):
    """As torch's is called."""


@pytest.mark.parametrize(
    ("error", "status", "reason"),
    [
        (OutOfMemoryError("CUDA out of memory. Tried ..."), Status.FAILED, "out of memory"),
        (Diverged("loss is NaN"), Status.DIVERGED, "loss is NaN"),
        (TrialError("no such layer"), Status.FAILED, "no such layer"),
        (KeyError("lr"), Status.FAILED, "KeyError: 'lr'"),
        (RuntimeError(), Status.FAILED, "RuntimeError"),
        (RuntimeError("\n one\n two"), Status.FAILED, "RuntimeError: one"),
        (TrialError(), Status.FAILED, "TrialError"),
        (OSError(28, "No space"), Status.INTERRUPTED, "OSError: [Errno 28] No space"),
        (PermissionError(13, "No"), Status.FAILED, "PermissionError: [Errno 13] No"),
    ],
)
def test_an_error_gives_a_reason_of_one_line(error, status, reason):
    failure = raised(error)
    assert (failure.status, failure.reason) == (status, reason)
    assert type(error).__name__ in failure.details


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (-9, "killed by SIGKILL, possibly out of memory"),
        (-7, "killed by SIGBUS"),
        (-63, "killed by signal 63"),
        (143, "terminated by SIGTERM"),
        (0, "exited with code 0 without a result"),
    ],
)
def test_an_exit_gives_a_reason(code, reason):
    assert exit_reason(code) == reason


def test_an_attempt_that_could_not_write_is_interrupted(tmp_path):
    failure = exit_failure(CANNOT_WRITE, tmp_path)
    assert failure.status is Status.INTERRUPTED
    assert f"({tmp_path}: " in failure.reason
    assert failure.reason.endswith("bytes free)")
    assert exit_failure(CANNOT_WRITE).reason == exit_reason(CANNOT_WRITE)
    assert exit_failure(1).status is Status.FAILED
