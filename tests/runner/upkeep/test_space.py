from __future__ import annotations

from pathlib import Path

from ablate.runner.upkeep.space import DiskEstimate, disk_estimate

from .conftest import ROWS, Record, StudyOf


def test_it_is_judged_by_recorded_networks(study_of: StudyOf, record: Record) -> None:
    study = study_of(ROWS)
    assert disk_estimate(study, study.missing(), jobs=2) is None
    record(study, trials=study.plan.trials[:1])
    estimate = disk_estimate(study, study.missing(), jobs=2)
    assert estimate is not None
    assert estimate.weights_bytes == 5 * 1000 * 4
    assert estimate.checkpoints_bytes == 2 * 1000 * 4 * 3 * 2
    assert estimate.warning is None
    assert estimate.free_bytes > 0
    record(study, trials=study.plan.trials[1:])
    assert disk_estimate(study, study.missing(), jobs=2) is None


def test_a_changed_study_is_judged_by_what_it_was(study_of: StudyOf, record: Record) -> None:
    record(study_of(ROWS))
    changed = study_of(ROWS, "optimizer.lr=0.1")
    estimate = disk_estimate(changed, changed.missing(), jobs=1)
    assert estimate is not None
    assert estimate.weights_bytes == 6 * 1000 * 4


def test_too_little_room_is_said() -> None:
    assert DiskEstimate(10, 5, 15, Path("mlruns")).warning is None
    warning = DiskEstimate(10 << 20, 5 << 20, 1 << 20, Path("mlruns")).warning
    assert warning == "needs about 15.0 MiB in mlruns, 1.0 MiB are free"
