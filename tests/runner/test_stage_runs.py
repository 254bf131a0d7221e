"""Whatever happens in whatever order, each stage is trained once, and nothing starts before its stage or hangs."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ablate.record.memory import MemoryRecorder, MemoryStore
from ablate.results import Status, TrialResult
from ablate.runner import desk, identities, study_source
from ablate.runner.upstream import is_upstream_failure

from .stage_runs import MemoryStudy, StageRun, memory_study, study_text

MOST_STEPS = 400
ACTIONS = ("finish", "finish", "finish", "crash", "failed", "diverged", "interrupted")
SETTINGS = settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(autouse=True)
def _without_data(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither data nor weights nor git are looked at."""
    monkeypatch.setattr(identities, "fingerprint", lambda *_: "data")
    monkeypatch.setattr(desk, "find_start", lambda *_: None)
    monkeypatch.setattr(desk, "provenance", lambda *_: {})
    monkeypatch.setattr(study_source, "longest_first", lambda study, trials: tuple(trials))


@st.composite
def graphs(draw: st.DrawFn) -> str:
    """A study whose stages start from any of those before them, or from none."""
    count = draw(st.integers(0, 4))
    stages = [
        (draw(st.none() | st.integers(0, n - 1)) if n else None, draw(st.booleans()))
        for n in range(count)
    ]
    upstream = st.none() | st.integers(0, count - 1) if count else st.none()
    rows = draw(st.lists(upstream, min_size=1, max_size=4))
    return study_text(stages, rows, draw(st.integers(1, 2)))


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def run_to_the_end(run: StageRun) -> None:
    for _ in range(MOST_STEPS):
        run.step()
        if run.over:
            return
        run.act("finish", 0)
    raise AssertionError("it hangs")


@SETTINGS
@given(st.data())
def test_any_order_of_ends_failures_and_kills(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as name:
        recorder = MemoryRecorder(MemoryStore(), "graph")
        study = memory_study(Path(name), data.draw(graphs(), "study"), recorder)
        finished: Counter[str] = Counter()
        for _ in range(data.draw(st.integers(0, 3), "runs")):
            random_run(study, finished, data)
        run_to_the_end(StageRun(study, finished, retry_failed=True))
        results = study.recorded().by_identity()
        assert set(results) == set(study.identities.values())
        assert {item.status for item in results.values()} == {Status.FINISHED}
        assert finished == dict.fromkeys(results, 1)
        assert study.is_done()


def random_run(study: MemoryStudy, finished: Counter[str], data: st.DataObject) -> None:
    run = StageRun(study, finished, retry_failed=data.draw(st.booleans(), "retry failed"))
    acts = data.draw(
        st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(0, 2), st.integers(0, 3))), "acts"
    )
    for action, index, steps in acts:
        for _ in range(steps):
            run.step()
        run.act(action, index)
    if data.draw(st.booleans(), "the driver is killed"):
        run.lose_driver()
    else:
        run_to_the_end(run)
        check_ends(study)


def check_ends(study: MemoryStudy) -> None:
    """Of a run that ended by itself: a trial has no result exactly where its stage has none."""
    results = study.recorded().by_identity()
    for trial, identity in study.identities.items():
        start = study.plan.upstream(trial)
        upstream = None if start is None else results.get(study.identity_at[start])
        check_end(results.get(identity), upstream, starts=start is not None)


def check_end(result: TrialResult | None, upstream: TrialResult | None, *, starts: bool) -> None:
    if not starts or (upstream is not None and upstream.status is Status.FINISHED):
        assert result is not None
        assert not is_upstream_failure(result)
    elif upstream is None or not upstream.status.settled:
        assert result is None or not result.status.settled or is_upstream_failure(result)
    else:
        assert result is not None
        assert result.status in (Status.FAILED, Status.DIVERGED)
        assert is_upstream_failure(result) or result.reason == "its own mistake"


@pytest.fixture
def chained(folder: Path) -> MemoryStudy:
    """Two stages in a row, of which the second is what the only row but the baseline starts from."""
    text = study_text([(None, False), (0, False)], [1], 1)
    return memory_study(folder, text, MemoryRecorder(MemoryStore(), "graph"))


def statuses(study: MemoryStudy) -> dict[str, str]:
    return {item.name: f"{item.status} {item.reason}".strip() for item in study.recorded()}


def fail_first_stage(study: MemoryStudy) -> None:
    run = StageRun(study, Counter(), retry_failed=False)
    run.step()
    run.step()
    names = [attempt.job.name for attempt in run.launcher.alive]
    assert names == ["stage s0, seed 0", "baseline, seed 0"]
    run.act("diverged", 0)
    run_to_the_end(run)


def test_all_along_a_chain_is_named_what_failed_first(chained: MemoryStudy) -> None:
    fail_first_stage(chained)
    reason = "failed upstream failed: stage s0, seed 0: its own mistake"
    assert statuses(chained) == {
        "stage s0, seed 0": "diverged its own mistake",
        "stage s1, seed 0": reason,
        "R0, seed 0": reason,
        "baseline, seed 0": "finished",
    }
    assert chained.is_done()


def test_failed_stages_are_tried_again_with_all_that_starts_from_them(
    chained: MemoryStudy,
) -> None:
    fail_first_stage(chained)
    assert len(chained.missing(retry_failed=True)) == 3
    run_to_the_end(StageRun(chained, Counter(), retry_failed=True))
    assert set(statuses(chained).values()) == {"finished"}


def test_what_starts_from_a_stage_that_finished_after_all_is_missing_again(
    chained: MemoryStudy,
) -> None:
    fail_first_stage(chained)
    for run in chained.recorder.runs.values():
        if run.result.name.startswith("stage s0"):
            run.result = TrialResult(
                run.result.identity, run.result.condition, 0, Status.FINISHED, run_id="r"
            )
    assert [trial.name for trial in chained.missing()] == ["stage s1, seed 0", "R0, seed 0"]
    run_to_the_end(StageRun(chained, Counter(), retry_failed=False))
    assert chained.is_done()


def test_a_new_row_of_a_stage_that_failed_before_has_failed_at_once(
    folder: Path,
) -> None:
    recorder = MemoryRecorder(MemoryStore(), "graph")
    fail_first_stage(memory_study(folder, study_text([(None, False)], [0], 1), recorder))
    study = memory_study(folder, study_text([(None, False)], [0, 0], 1), recorder)
    run = StageRun(study, Counter(), retry_failed=False)
    run_to_the_end(run)
    assert not run.launcher.attempts
    assert statuses(study)["R1, seed 0"].startswith("failed upstream failed: stage s0, seed 0")
