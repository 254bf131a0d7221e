"""A search whose driver is killed ends as one that was left alone, in the table and in Optuna's journal."""

from __future__ import annotations

import signal
from collections import Counter
from pathlib import Path

import pytest

from ablate.crash_points import VARIABLE

from .small_study import SmallStudy

STUDY = """\
study: faults
task: {name: python, entry: "trainer:main", epochs: 3}
params: {width: 1, epochs: 3, epoch_s: 0.0, trouble: none, troubled_seed: 0}
primary: val/accuracy
seeds: 1
ablations:
  found:
    design: search
    sampler: {name: tpe, startup_trials: 3}
    pruner: median
    budget: {trials: 8}
    space: {params.width: {low: 1, high: 1000}}
"""
POINTS = ("ask-after", "begin-before:2", "finish-before:3", "summary-logged", "finish-after:2")


def points_in_optuna(study: SmallStudy) -> Counter[tuple[int, str]]:
    """How often each point of the search stands in Optuna's journal, by state."""
    import optuna
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    storage = JournalStorage(JournalFileBackend(str(study.store / "optuna" / "faults.journal")))
    trials = [
        trial
        for summary in optuna.get_all_study_summaries(storage)
        for trial in optuna.load_study(study_name=summary.study_name, storage=storage).trials
        if "point" in trial.user_attrs
    ]
    return Counter((trial.user_attrs["point"], trial.state.name) for trial in trials)


@pytest.mark.long
def test_a_search_killed_at_dangerous_moments_ends_as_if_it_had_not_been(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("quiet", "killed")]
    for folder in folders:
        folder.mkdir()
    quiet, killed = (SmallStudy(folder, STUDY) for folder in folders)
    expected = quiet.run("--jobs", "1")
    for point in POINTS:
        process = killed.start("run", "study.yaml", "--jobs", "1", environment={VARIABLE: point})
        process.communicate(timeout=240)
        assert process.returncode == -signal.SIGKILL, point
    assert killed.run("--jobs", "1") == expected
    assert set(killed.metric_rows().values()) == {1}
    assert killed.run_states() == quiet.run_states()
    settled = {key: n for key, n in points_in_optuna(killed).items() if key[1] != "FAIL"}
    assert settled == points_in_optuna(quiet)
