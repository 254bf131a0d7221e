from __future__ import annotations

import pytest

from ablate.progress.channel import ProgressState
from ablate.progress.state import Best, RunningTrial, StudyProgress


def study(**values) -> StudyProgress:
    return StudyProgress(**{"total": 4, "done": 0, "slots": 2, "begun_s": 100.0, **values})


def test_a_trial_goes_through_the_study():
    progress = study().started("k", "a", 101.0)
    assert progress.running == {"k": RunningTrial("a", 101.0)}
    position = ProgressState(1, 2, 3, 4, 0.5)
    progress = progress.moved("k", position).moved("k", None, metric=0.75)
    assert progress.running["k"] == RunningTrial("a", 101.0, position, 0.75)
    progress = progress.finished("k", "row", 0.875, 12.0)
    assert (progress.done, progress.running, progress.durations_s) == (1, {}, (12.0,))
    assert progress.elapsed_s(130.0) == 30.0


def test_a_failure_is_done_and_an_interruption_is_not():
    progress = study().started("a", "a", 0).started("b", "b", 0)
    progress = progress.failed_trial("a").interrupted("b")
    assert (progress.done, progress.failed, progress.running) == (1, 1, {})


def test_a_pruned_trial_is_done_and_not_failed():
    progress = study().started("a", "a", 0).pruned_trial("a").resized(3)
    assert (progress.done, progress.failed, progress.pruned, progress.total) == (1, 0, 1, 3)


def test_the_best_row_is_the_one_with_the_best_mean():
    progress = study(maximize=True)
    assert progress.best is None
    for key, row, value in [("1", "lucky", 0.9), ("2", "lucky", 0.5), ("3", "steady", 0.8)]:
        progress = progress.started(key, row, 0).finished(key, row, value, 1.0)
    assert progress.best == Best("steady", 0.8, 1)
    progress = progress.started("4", "none", 0).finished("4", "none", float("nan"), 1.0)
    assert progress.best == Best("steady", 0.8, 1)


def test_the_best_of_a_loss_is_the_least():
    progress = study(maximize=False)
    for key, value in [("a", 0.9), ("b", 0.5)]:
        progress = progress.started(key, key, 0).finished(key, key, value, 1.0)
    assert progress.best == Best("b", 0.5, 1)


def running(*since_s: float, fraction: float | None = None) -> dict[str, RunningTrial]:
    at = None if fraction is None else ProgressState(1, 1, int(fraction * 100), 100, 0.0)
    return {str(i): RunningTrial(str(i), since, at) for i, since in enumerate(since_s)}


@pytest.mark.parametrize(
    ("state", "now_s", "expected_s"),
    [
        (study(), 100.0, None),
        (study(running=running(100.0)), 105.0, None),
        # nothing is known of trials that have hardly begun
        (study(running=running(100.0, fraction=0.01)), 105.0, None),
        # 3 trials of 10 s in 2 slots: two rounds
        (study(done=1, durations_s=(10.0,)), 110.0, 20.0),
        # both run for 4 s of 10 s; then 2 more
        (study(durations_s=(8.0, 12.0), running=running(100.0, 100.0)), 104.0, 16.0),
        # one is late already: its slot takes the next one now
        (study(total=3, done=1, durations_s=(10.0,), running=running(80.0)), 100.0, 10.0),
        # before the first end: a quarter done after 5 s
        (study(total=2, running=running(100.0, 100.0, fraction=0.25)), 105.0, 15.0),
        # its own pace is better knowledge than the others' durations
        (
            study(total=2, done=1, durations_s=(10.0,), running=running(100.0, fraction=0.5)),
            130,
            30.0,
        ),
        (study(done=4, durations_s=(10.0,)), 150.0, 0.0),
        # more slots than trials
        (study(total=2, done=1, slots=8, durations_s=(10.0,)), 110.0, 10.0),
    ],
)
def test_eta(state, now_s, expected_s):
    assert state.eta_s(now_s) == expected_s


def test_results_of_a_later_value_do_not_change_the_earlier_state():
    before = study().started("a", "a", 0)
    before.finished("a", "a", 0.5, 1.0)
    assert (before.done, dict(before.values), list(before.running)) == (0, {}, ["a"])
