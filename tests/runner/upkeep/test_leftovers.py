from __future__ import annotations

from pathlib import Path

from ablate.events import EventWriter
from ablate.record.store import Store
from ablate.results import EpochMetrics, Finished, ResultSet, Status, TrialResult
from ablate.runner.upkeep.leftovers import clear_recorded, trial_folders


def leave(store: Store, identity: str, *, finished: bool) -> Path:
    folder = store.trials / "demo" / identity
    writer = EventWriter(folder / "events.jsonl")
    writer.write(EpochMetrics(1, 1, {"val/accuracy": 0.5}))
    if finished:
        writer.write(Finished(2, {"val/accuracy": 0.5}, {}, {}, ()))
    writer.close()
    return folder


def test_only_folders_of_recorded_results_are_cleared(tmp_path: Path) -> None:
    store = Store(tmp_path / "mlruns")
    names = ["a" * 32, "b" * 32, "c" * 32, "d" * 32]
    recorded, interrupted, failed, unrecorded = (
        leave(store, name, finished=name[0] in "ad") for name in names
    )
    (tmp_path / "elsewhere").mkdir()
    link = store.trials / "demo" / ("e" * 32)
    link.symlink_to(tmp_path / "elsewhere")
    statuses = [Status.FINISHED, Status.INTERRUPTED, Status.FAILED]
    trials = [
        TrialResult(name, "c", 0, status) for name, status in zip(names, statuses, strict=False)
    ]
    trials.append(TrialResult("e" * 32, "c", 1, Status.FINISHED))
    clear_recorded(store, "demo", ResultSet("demo", tuple(trials)))
    left = {folder.path for folder in trial_folders(store, "demo")}
    assert left == {interrupted, failed, unrecorded}
    assert not recorded.exists()
    assert link.is_symlink()
    clear_recorded(Store(tmp_path / "nothing"), "demo", ResultSet("demo", ()))
