from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ablate.errors import RecordError
from ablate.record import MlflowRecorder, Store, artifact_path
from ablate.record.relocate import local_path, present_folder
from ablate.testing.recorder_cases import card, play


def listed(store: Store, run_id: str) -> list[str]:
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=store.tracking_uri)
    return [item.path for item in client.list_artifacts(run_id)]


def moved(store: Store, folder: Path) -> Store:
    folder.parent.mkdir(parents=True, exist_ok=True)
    return Store(Path(shutil.move(store.root, folder)))


def test_a_moved_store_is_mended_on_opening(store: Store, tmp_path: Path) -> None:
    run_id = play(MlflowRecorder(store, "s"), card())
    there = moved(store, tmp_path / "new place #1" / "runs")
    assert listed(there, run_id) == []
    there.ensure()
    assert listed(there, run_id) == ["classes.json", "config.yaml"]
    other = play(MlflowRecorder(there, "s"), card("b"))
    assert artifact_path(there, other, "config.yaml").is_relative_to(there.artifacts)
    assert not store.root.exists()


def test_reading_a_moved_store_finds_artifacts_without_mending(
    store: Store, tmp_path: Path
) -> None:
    run_id = play(MlflowRecorder(store, "s"), card())
    there = moved(store, tmp_path / "elsewhere")
    before = there.database.read_bytes()
    assert artifact_path(there, run_id, "config.yaml").read_text() == card().config_yaml
    assert there.database.read_bytes() == before


def test_moved_twice(store: Store, tmp_path: Path) -> None:
    run_id = play(MlflowRecorder(store, "s"), card())
    for name in ("first", "second"):
        store = moved(store, tmp_path / name)
        store.ensure()
    assert listed(store, run_id) == ["classes.json", "config.yaml"]


def test_a_copy_leaves_the_original_alone(store: Store, tmp_path: Path) -> None:
    run_id = play(MlflowRecorder(store, "s"), card())
    copy = Store(Path(shutil.copytree(store.root, tmp_path / "copy")))
    copy.ensure()
    assert artifact_path(copy, run_id, "config.yaml").is_relative_to(store.artifacts)


def test_an_experiment_kept_elsewhere_stays_there(store: Store) -> None:
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=store.tracking_uri)
    locations = ["s3://bucket/artifacts/x", "/nowhere/else/x", "mlflow-artifacts:/artifacts/x"]
    ids = [client.create_experiment(f"e{i}", location) for i, location in enumerate(locations)]
    store.ensure()
    assert [client.get_experiment(found).artifact_location for found in ids] == locations


def test_locations_as_paths() -> None:
    assert local_path("file:///a%20b/c%23") == Path("/a b/c#")
    assert local_path("/a b/c") == Path("/a b/c")
    assert local_path("s3://bucket/x") is None


def test_artifacts_of_another_machine_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="s3://bucket/x, not on this machine"):
        present_folder("s3://bucket/x", tmp_path)
