from __future__ import annotations

from pathlib import Path

import pytest
import torch

from ablate.engine.failures import failure
from ablate.errors import DataError, Diverged, TrialError
from ablate.files import WriteError, write_text
from ablate.results import Status


@pytest.mark.parametrize(
    ("error", "status", "reason"),
    [
        (Diverged("loss became nan in epoch 3"), Status.DIVERGED, "loss became nan in epoch 3"),
        (TrialError("no such device"), Status.FAILED, "no such device"),
        (DataError("two\nlines"), Status.FAILED, "two lines"),
        (torch.OutOfMemoryError("CUDA out of memory. Tried"), Status.FAILED, "out of memory"),
        (MemoryError(), Status.FAILED, "out of memory"),
        (KeyboardInterrupt(), Status.INTERRUPTED, "interrupted"),
        (SystemExit(3), Status.FAILED, "left with exit code 3"),
        (ValueError("bad"), Status.FAILED, "ValueError: bad"),
        (RuntimeError("mat1 and mat2"), Status.FAILED, "RuntimeError: mat1 and mat2"),
        (OSError(28, "No space"), Status.INTERRUPTED, "OSError: [Errno 28] No space"),
        (FileNotFoundError(2, "No file"), Status.FAILED, "FileNotFoundError: [Errno 2] No file"),
    ],
)
def test_an_exception_as_one_line(error: BaseException, status: Status, reason: str) -> None:
    event = failure(error)
    assert (event.status, event.reason) == (status, reason)


def test_memory_of_the_cpu() -> None:
    with pytest.raises(RuntimeError) as caught:
        torch.empty(2**46, dtype=torch.float64)
    assert failure(caught.value).reason == "out of memory"


def test_a_long_text_is_cut_and_the_details_hold_the_rest() -> None:
    with pytest.raises(ValueError, match="x") as caught:
        raise ValueError("x" * 1000)
    event = failure(caught.value)
    assert len(event.reason) == 300
    assert event.reason.endswith("...")
    assert "x" * 1000 in event.details
    assert "test_failures.py" in event.details


def test_a_file_that_cannot_be_written_interrupts(tmp_path: Path) -> None:
    (tmp_path / "folder").touch()
    with pytest.raises(WriteError) as caught:
        write_text(tmp_path / "folder" / "file", "")
    event = failure(caught.value)
    assert event.status is Status.INTERRUPTED
    assert event.reason.startswith(f"cannot write {tmp_path}/folder/file: ")
    assert event.reason.endswith(" bytes free)")
