"""A real tracking server for all tests of this folder, a proxy that fails on demand, and a way to see everything."""

from __future__ import annotations

import os
import socket
import sqlite3
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest

from ablate.record import MlflowRecorder, Store, keys
from ablate.record.ui import ui_command
from ablate.results import EpochMetrics, Failed, Finished, Started, Status
from ablate.testing.recorder_cases import card
from tests.record.delivery.proxy import Proxy

#: Seconds within which a server on a busy machine is up, or a condition comes true.
DEADLINE = 120.0


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline, f"never came true: {what}"
        time.sleep(0.05)


@dataclass(frozen=True)
class TrackingServer:
    """A tracking server with its own database and artifacts."""

    port: int
    store: Store

    @property
    def uri(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def rows(self, sql: str, *arguments: object) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.store.database, timeout=20)) as connection:
            return connection.execute(sql, arguments).fetchall()

    def content(self, study: str) -> dict[str, Any]:
        """All that the server holds of a study, by local run; its own ids and the bin left out."""
        experiment, note = self.rows(
            "SELECT experiment_id, value FROM experiments"
            " LEFT JOIN experiment_tags USING (experiment_id) WHERE name = ? AND key = ?",
            study,
            keys.NOTE,
        )[0]
        runs = self.rows(
            "SELECT run_uuid, artifact_uri, name, status, start_time, end_time, value FROM runs"
            " JOIN tags USING (run_uuid) WHERE experiment_id = ? AND lifecycle_stage = 'active' AND key = ?"
            " ORDER BY run_uuid",
            experiment,
            keys.LOCAL_RUN,
        )
        found: dict[str, Any] = {"note": note}
        for run_id, uri, *fields, local in runs:
            assert local not in found, f"two runs of {local}"
            found[local] = [fields, *self._rows_of(run_id), self._files(uri)]
        return found

    def _rows_of(self, run_id: str) -> list[Any]:
        queries = (
            "SELECT key, value FROM tags WHERE run_uuid = ? ORDER BY key",
            "SELECT key, value FROM params WHERE run_uuid = ? ORDER BY key",
            "SELECT key, value, timestamp, step, is_nan FROM metrics WHERE run_uuid = ? ORDER BY 1, 4, 3, 2",
            "SELECT key, value, timestamp, step, is_nan FROM latest_metrics WHERE run_uuid = ? ORDER BY 1",
            "SELECT name, digest, dataset_source_type, dataset_source FROM datasets JOIN inputs ON"
            " source_id = dataset_uuid WHERE destination_id = ? ORDER BY name",
        )
        return [self.rows(query, run_id) for query in queries]

    def _files(self, uri: str) -> dict[str, bytes]:
        folder = self.store.artifacts / uri.removeprefix("mlflow-artifacts:/")
        files = (file for file in folder.rglob("*") if file.is_file())
        return {str(file.relative_to(folder)): file.read_bytes() for file in files}


@pytest.fixture(scope="session")
def tracking(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrackingServer]:
    """One server for the session; each test uses studies of its own name."""
    store = Store(tmp_path_factory.mktemp("server") / "mlruns")
    store.root.mkdir()
    store.database.write_bytes(template.read_bytes())
    port = free_port()
    command, environment = ui_command(store, port=port)
    log = (store.root / "server.log").open("w")
    process = subprocess.Popen(
        command, env={**os.environ, **environment}, stdout=log, stderr=log, start_new_session=True
    )
    server = TrackingServer(port, store)
    try:
        wait_until(lambda: process.poll() is None and _answers(server.uri), "the server is up")
        yield server
    finally:
        os.killpg(process.pid, 9)
        process.wait()
        log.close()


def _answers(uri: str) -> bool:
    try:
        with urllib.request.urlopen(f"{uri}/health", timeout=5) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


@pytest.fixture
def proxy(tracking: TrackingServer) -> Iterator[Proxy]:
    """A way to the server that can be cut, or made to hang."""
    made = Proxy(tracking.port)
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def study(request: pytest.FixtureRequest) -> str:
    """A name that no other test uses on the server."""
    return f"{request.node.name} {os.getpid()}"


class Recorded:
    """A study in a local store, filled as the driver fills it: through the recorder."""

    def __init__(self, store: Store, study: str, folder: Path) -> None:
        self.store = store
        self.study = study
        self.recorder = MlflowRecorder(store, study, f"Why {study}?")
        self._folder = folder
        self._time = 1_000_000

    def start(self, name: str) -> str:
        run_id = self.recorder.begin(card(name))
        self.recorder.event(run_id, Started(self._tick(), "cpu", 10, 10, 3))
        return run_id

    def epoch(self, run_id: str, epoch: int, value: float = 0.5) -> None:
        metrics = {"train/loss": 1 / (epoch + value), "val/accuracy": value, "val/AP[car]": 1 / 3}
        self.recorder.event(run_id, EpochMetrics(epoch, self._tick(), metrics))

    def finish(self, run_id: str, **final: float) -> None:
        artifacts = self._folder / run_id
        (artifacts / "confusion").mkdir(parents=True, exist_ok=True)
        (artifacts / "confusion" / "test.json").write_text(f'{{"of": "{run_id}"}}')
        (artifacts / "weights.bin").write_bytes(run_id.encode() * 2000)
        event = Finished(
            self._tick(),
            {"test/accuracy": 0.1 + 0.2, **final},
            {"val/accuracy": 0.5},
            {"duration_s": 2.5},
            ("a", "b"),
        )
        self.recorder.finish(run_id, event, artifacts)

    def fail(self, run_id: str, status: Status = Status.FAILED) -> None:
        self.recorder.finish(run_id, Failed(self._tick(), status, "no memory", "Traceback"), None)

    def trial(self, name: str, epochs: int = 2, **final: float) -> str:
        run_id = self.start(name)
        for epoch in range(1, epochs + 1):
            self.epoch(run_id, epoch)
        self.finish(run_id, **final)
        return run_id

    def report(self, text: str = "| table |") -> None:
        self.recorder.report(text, {"table.md": text.encode()})

    def _tick(self) -> int:
        self._time += 1_000
        return self._time


@pytest.fixture
def recorded(store: Store, study: str, tmp_path: Path) -> Recorded:
    return Recorded(store, study, tmp_path / "files")


@pytest.fixture(autouse=True)
def _no_settings_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("USERNAME", "PASSWORD", "TOKEN"):
        monkeypatch.delenv(f"MLFLOW_TRACKING_{name}", raising=False)
