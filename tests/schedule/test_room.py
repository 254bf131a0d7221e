from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ablate.results import Failed, Finished, Status
from ablate.schedule import Job, Outcome, Queue, Running, Slot, run_jobs
from ablate.schedule.room import CONTEXT_BYTES, SHARE, Room

GIB = 1 << 30
SHARED = Slot(0, "cuda:0", 1, "3", sharing=4)


class Known:
    def __init__(self, needs: dict[str, int | None]) -> None:
        self.needs = needs

    def need_bytes(self, job: Job) -> int | None:
        return self.needs.get(job.name)

    def learn(self, outcome: Outcome) -> None:
        self.needs[outcome.job.name] = int(outcome.duration_s)


def job(name: str) -> Job:
    return Job(name, name, Path(name))


def running(name: str, visible: str = "3") -> Running:
    return Running(job(name), Slot(1, "cuda:0", 1, visible, sharing=4), 1, 0.0)


def room(names: str, needs: dict[str, int | None], free: int | None = 10 * GIB) -> Room:
    free_bytes = {} if free is None else {"3": free}
    return Room(Queue([job(name) for name in names]), Known(needs), free_bytes)


def test_a_job_that_fits_shares_the_gpu():
    assert room("a", {"a": GIB, "b": GIB}).take(SHARED, [running("b")]).name == "a"


def test_a_job_that_does_not_fit_waits_for_room_and_keeps_its_turn():
    source = room("ab", {"a": 8 * GIB, "b": 1, "c": 4 * GIB})
    assert source.take(SHARED, [running("c")]) is None
    assert not source.exhausted
    assert source.take(SHARED, []).name == "a"
    assert source.take(SHARED, []).name == "b"
    assert source.exhausted


@pytest.mark.parametrize(("new", "old"), [(None, GIB), (GIB, None)])
def test_a_job_of_unknown_size_runs_alone(new, old):
    source = room("a", {"a": new, "b": old})
    assert source.take(SHARED, [running("b")]) is None
    assert source.take(SHARED, [running("b", visible="1")]).name == "a"


def test_a_fixed_number_of_slots_asks_for_no_sizes():
    assert room("a", {}, free=None).take(SHARED, [running("b")]).name == "a"


def test_a_trial_that_ran_out_of_memory_beside_others_runs_again_alone():
    source = room("a", {"a": 1, "b": 1, "c": 1})
    first = source.take(SHARED, [running("b")])
    failure = Outcome(first, SHARED, Failed(0, Status.FAILED, "out of memory"), 1, 0.0)
    assert source.returned(failure)
    assert source.take(SHARED, [running("b")]) is None
    assert source.take(SHARED, []).name == "a"
    assert not source.returned(failure)


def test_a_size_is_learnt_when_a_trial_ends():
    source = room("aa", {"b": 1})
    first = source.take(SHARED, [])
    assert source.take(SHARED, [running("b")]) is None
    source.ended(Outcome(first, SHARED, Finished(0, {}, {}, {}, ()), 1, duration_s=5.0))
    assert source.take(SHARED, [running("b")]).name == "a"


def test_others_keep_away_from_one_that_must_be_alone():
    source = room("ac", {"a": 1, "c": 1})
    first = source.take(SHARED, [])
    source.returned(Outcome(first, SHARED, Failed(0, Status.FAILED, "out of memory"), 1, 0.0))
    second = source.take(SHARED, [])
    assert second.name == "a"
    assert source.take(SHARED, [running("a")]) is None
    assert source.take(SHARED, []).name == "c"


def test_out_of_memory_on_a_gpu_of_ones_own_is_final():
    source = room("a", {})
    own = Slot(0, "cuda:0", 1, "3")
    failure = Outcome(source.take(own, []), own, Failed(0, Status.FAILED, "out of memory"), 1, 0.0)
    assert not source.returned(failure)


@given(
    st.lists(st.integers(0, 12 * GIB), min_size=1, max_size=12),
    st.data(),
)
def test_no_gpu_is_ever_planned_beyond_its_memory(needs, data):
    names = [chr(97 + index) for index in range(len(needs))]
    known = dict(zip(names, needs, strict=True))
    source = room("".join(names), known)
    here: list[Running] = []
    while not source.exhausted or here:
        taken = source.take(SHARED, here)
        if taken is not None:
            beside = [known[other.job.name] for other in here]
            planned = sum(need + CONTEXT_BYTES for need in (known[taken.name], *beside))
            assert not beside or planned <= SHARE * 10 * GIB
            here.append(running(taken.name))
        elif here:
            here.pop(data.draw(st.integers(0, len(here) - 1)))
    assert source.exhausted


def test_a_crowded_gpu_runs_every_trial(launcher, observer, make_job):
    jobs = [
        make_job(f"t{index}", epochs=1, trouble="out of memory", trouble_attempts=index % 2)
        for index in range(8)
    ]
    slots = [Slot(index, "cuda:0", 1, "0", sharing=4) for index in range(4)]
    outcomes = run_jobs(Room(Queue(jobs), Known({}), {}), slots, launcher, observer)
    assert Counter(outcome.job.name for outcome in outcomes) == {f"t{i}": 1 for i in range(8)}
    assert all(isinstance(outcome.event, Finished) for outcome in outcomes)
