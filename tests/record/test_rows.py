from __future__ import annotations

import pytest

from ablate.record import keys
from ablate.record.rows import RunRow, to_result, to_results
from ablate.results import Status


def row(
    run_id: str, state: str, status: str | None, start_ms: int = 0, identity: str = "i"
) -> RunRow:
    tags = {keys.IDENTITY: identity, keys.CONDITION: "c", keys.SEED: "3"}
    if status is not None:
        tags[keys.STATUS] = status
    return RunRow(run_id, "name", state, start_ms, tags, metrics={"final/val/accuracy": 0.5})


@pytest.mark.parametrize(
    ("state", "recorded", "status"),
    [
        ("FINISHED", "finished", Status.FINISHED),
        ("FAILED", "failed", Status.FAILED),
        ("FAILED", "diverged", Status.DIVERGED),
        ("KILLED", "interrupted", Status.INTERRUPTED),
        # killed between the last tag and the terminal state: not over yet
        ("RUNNING", "finished", Status.RUNNING),
        ("SCHEDULED", "running", Status.RUNNING),
        # ended by somebody else, who does not know what happened
        ("FINISHED", "running", Status.INTERRUPTED),
        ("KILLED", None, Status.INTERRUPTED),
        ("FINISHED", "no such status", Status.INTERRUPTED),
    ],
)
def test_the_status_is_what_happened(state: str, recorded: str | None, status: Status) -> None:
    result = to_result(row("r", state, recorded))
    assert result.status is status
    assert result.metrics == ({"val/accuracy": 0.5} if status is Status.FINISHED else {})


def test_a_finished_run_stands_for_its_identity_else_the_newest() -> None:
    failed_later = row("b", "FAILED", "failed", 9)
    runs = [row("a", "FINISHED", "finished", 1), failed_later, row("c", "FAILED", "failed", 5)]
    assert [item.run_id for item in to_results(runs)] == ["a"]
    assert [item.run_id for item in to_results(runs[1:])] == ["b"]
    assert to_results(reversed(runs)) == to_results(runs)


def test_runs_that_are_no_trials_are_left_out() -> None:
    foreign = RunRow("x", "somebody's", "FINISHED", 0)
    assert to_results([foreign]) == ()
