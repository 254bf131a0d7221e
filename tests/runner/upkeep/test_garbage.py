from __future__ import annotations

import os
from pathlib import Path

import pytest

from ablate.errors import UsageError
from ablate.events import EventWriter
from ablate.record import Store
from ablate.results import EpochMetrics, Failed, Finished, Status
from ablate.runner.study import Study
from ablate.runner.upkeep.garbage import Collected, collect_garbage
from ablate.runner.upkeep.leftovers import study_lock_file
from ablate.runner.upkeep.verify import verify_store
from ablate.schedule.lock import study_lock

from .conftest import ROWS, TEXT, Record, StudyOf, artifacts_of

STOPPED = Failed(9, Status.INTERRUPTED, "stopped by SIGINT")


def paths(found: Collected) -> set[Path]:
    return {waste.path for waste in found.wastes}


def snapshot(folder: Path) -> dict[Path, int]:
    return {path: path.lstat().st_size for path in folder.rglob("*") if path.is_file()}


def trial_folder(study: Study, index: int) -> Path:
    return study.store.trials / "demo" / study.identities[study.plan.trials[index]]


def leave(folder: Path, *, finished: bool = False) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    writer = EventWriter(folder / "events.jsonl")
    writer.write(Finished(5, {}, {}, {}, ()) if finished else EpochMetrics(1, 4, {}))
    writer.close()
    return folder


def test_an_empty_store(tmp_path: Path) -> None:
    assert collect_garbage(Store(tmp_path / "none")) == Collected(())
    assert not (tmp_path / "none").exists()


def test_folders_of_recorded_trials_go_and_interrupted_ones_stay(
    study_of: StudyOf, record: Record
) -> None:
    study = study_of(ROWS)
    record(study, trials=study.plan.trials[:2])
    record(study, trials=study.plan.trials[2:3], end=STOPPED)
    recorded = leave(trial_folder(study, 0))
    waiting = leave(trial_folder(study, 3), finished=True)
    other = study.store.trials / "demo" / "my notes"
    other.mkdir()
    before = snapshot(study.store.root)
    dry = collect_garbage(study.store, dry_run=True)
    assert paths(dry) == {recorded}
    assert dry.wastes[0].bytes == (recorded / "events.jsonl").stat().st_size
    assert set(before) <= set(snapshot(study.store.root))
    assert collect_garbage(study.store).wastes == dry.wastes
    assert not recorded.exists()
    assert waiting.exists()
    assert other.exists()
    assert trial_folder(study, 2).exists()
    assert collect_garbage(study.store).wastes == ()


def test_with_the_study_interrupted_trials_that_it_no_longer_has_go(
    study_of: StudyOf, record: Record
) -> None:
    study = study_of(ROWS)
    record(study, trials=study.plan.trials[:3], end=STOPPED)
    gone = trial_folder(study, 2)
    result = leave(study.store.trials / "demo" / ("e" * 32), finished=True)
    shorter = study_of(ROWS.replace("      Wider: {model.hidden: [24]}\n", ""))
    assert paths(collect_garbage(study.store, shorter)) == {gone}
    assert not gone.exists()
    assert result.exists()  # a result that nobody has recorded yet
    assert trial_folder(study, 0).exists()


def test_a_running_study_is_left_alone(study_of: StudyOf, record: Record) -> None:
    study = study_of(ROWS)
    record(study, trials=study.plan.trials[:1])
    folder = leave(trial_folder(study, 0))
    with study_lock(study_lock_file(study.store, "demo")):
        assert collect_garbage(study.store) == Collected((), ("demo",))
        assert collect_garbage(study.store, study, keep="none") == Collected((), ("demo",))
    assert folder.exists()


def test_artifacts_of_deleted_runs_go(study_of: StudyOf, record: Record) -> None:
    from mlflow import MlflowClient

    study = study_of(ROWS, "seeds=1")
    record(study)
    folder = artifacts_of(study, "Wider, seed 0")
    MlflowClient(study.store.tracking_uri).delete_run(folder.parent.name)
    found = collect_garbage(study.store)
    assert paths(found) == {folder}
    assert found.wastes[0].bytes > 4000
    assert not folder.exists()
    assert verify_store(study.store).damages == ()
    assert collect_garbage(study.store).wastes == ()


def test_links_are_never_followed(study_of: StudyOf, record: Record, tmp_path: Path) -> None:
    study = study_of(ROWS, "seeds=1")
    record(study)
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "file").touch()
    trial_folder(study, 0).symlink_to(tmp_path / "precious")
    inside = leave(trial_folder(study, 1))
    (inside / "link").symlink_to(tmp_path / "precious")
    assert paths(collect_garbage(study.store)) == {inside}
    assert (tmp_path / "precious" / "file").exists()


def test_weights_go_by_the_policy(study_of: StudyOf, record: Record) -> None:
    study = study_of(ROWS)
    record(study, {"baseline": 0.5, "Batch norm": 0.7, "Wider": 0.6})
    dry = collect_garbage(study.store, study, keep="best", dry_run=True)
    assert len(dry.wastes) == 2
    assert all(path.exists() for path in paths(dry))
    assert collect_garbage(study.store, study, keep="best") == dry
    assert not any(path.exists() for path in paths(dry))
    assert collect_garbage(study.store, keep="all").wastes == ()
    assert len(collect_garbage(study.store, keep="none").wastes) == 4
    assert verify_store(study.store).damages == ()
    with pytest.raises(UsageError, match="needs the study file"):
        collect_garbage(study.store, keep="best")


def test_files_that_another_run_shares_give_nothing_back(
    study_of: StudyOf, record: Record, tmp_path: Path
) -> None:
    study = study_of(ROWS, "seeds=1")
    record(study)
    os.link(artifacts_of(study, "Wider, seed 0") / "weights.safetensors", tmp_path / "same")
    sizes = {
        w.path.parent.parent.name: w.bytes for w in collect_garbage(study.store, keep="none").wastes
    }
    assert sorted(sizes.values())[0] == 0 < sorted(sizes.values())[1]
    assert (tmp_path / "same").exists()


def test_decoded_data_that_nobody_uses(study_of: StudyOf, record: Record) -> None:
    study = study_of(ROWS, "seeds=1")
    record(study)
    used = next(iter(study.recorded())).fingerprint
    images = study.place.cache / "images"
    for fingerprint in (used, "e" * 32):
        (images / f"{fingerprint}-1x8x8-v1").mkdir(parents=True)
        (images / f"{fingerprint}-1x8x8-v1" / "index.json").write_text("{}")
    (images / "something else").mkdir()
    assert collect_garbage(study.store).wastes == ()
    found = collect_garbage(study.store, cache=study.place.cache)
    assert paths(found) == {images / f"{'e' * 32}-1x8x8-v1"}
    assert (images / f"{used}-1x8x8-v1").exists()
    assert (images / "something else").exists()
    assert not (images / f"{'e' * 32}-1x8x8-v1").exists()


def test_other_studies_are_not_touched_when_one_is_named(study_of: StudyOf, record: Record) -> None:
    study = study_of(ROWS, "seeds=1")
    record(study)
    folder = leave(trial_folder(study, 0))
    other = study_of(ROWS, "seeds=1", head=TEXT.replace("study: demo", "study: other"))
    assert collect_garbage(study.store, other).wastes == ()
    assert folder.exists()
