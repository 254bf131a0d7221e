from __future__ import annotations

import multiprocessing
import sqlite3
import subprocess
import sys
from contextlib import closing
from multiprocessing import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from ablate.errors import RecordError
from ablate.record import MlflowRecorder, Store, experiment_id, read_results
from ablate.record import store as store_module
from ablate.record.client import prepare_mlflow
from ablate.record.experiment import Experiment
from ablate.testing.recorder_cases import card, play


def test_paths_do_not_follow_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store = Store(Path("mlruns"))
    monkeypatch.chdir("/")
    assert store.database == tmp_path / "mlruns" / "mlflow.db"
    assert store == Store(tmp_path / "mlruns")


def _open_and_record(root: Path, number: int, start: Barrier, results: Queue[object]) -> None:
    start.wait()
    try:
        MlflowRecorder(Store(root), f"study {number}").begin(card())
        start.wait()
        results.put(Experiment(Store(root), "shared").id)
    except RecordError as error:
        results.put(error)


def test_six_processes_open_a_new_store_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    prepare_mlflow()
    root = tmp_path / "odd name #é" / "mlruns"
    root.mkdir(parents=True)
    for leftover in ("mlflow.db.draft", "mlflow.db.draft-journal"):  # of a creation that was killed
        (root / leftover).write_text("half")
    fork = multiprocessing.get_context("fork")
    start, results = fork.Barrier(6, timeout=60), fork.Queue()
    processes = [
        fork.Process(target=_open_and_record, args=(root, number, start, results))
        for number in range(6)
    ]
    for process in processes:
        process.start()
    found = [results.get(timeout=60) for _ in processes]
    assert found == [experiment_id(Store(root), "shared")] * 6
    for process in processes:
        process.join()
    assert [len(read_results(Store(root), f"study {number}")) for number in range(6)] == [1] * 6
    assert sorted(item.name for item in root.iterdir()) == [".store.lock", "artifacts", "mlflow.db"]
    assert [item.name for item in tmp_path.iterdir()] == ["odd name #é"]


def test_ensuring_again_does_not_import_mlflow(store: Store) -> None:
    code = (
        "import sys; from pathlib import Path; from ablate.record import Store;"
        f"Store(Path({str(store.root)!r})).ensure(); print('mlflow' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(
        RecordError, match=r"cannot write the record store .*file/mlruns: Not a dir"
    ):
        Store(tmp_path / "file" / "mlruns").ensure()


def test_a_lock_held_too_long_is_an_error(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "LOCK_SECONDS", 0.1)
    holding = (
        "import sys, time; from filelock import FileLock; lock = FileLock(sys.argv[1]);"
        "lock.acquire(); print('held', flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", holding, str(store.lock)], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    holder.stdout.readline()
    with pytest.raises(RecordError, match="has been held for"), store.locked():
        pass
    holder.kill()
    holder.wait()
    holder.stdout.close()


def test_the_database_is_one_file_that_can_be_copied(store: Store) -> None:
    play(MlflowRecorder(store, "s"), card())
    with closing(sqlite3.connect(store.database)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    assert list(store.root.glob("mlflow.db-*")) == []
