"""Whole studies beside a server that is up, down, hanging or flapping: from the command line to the same table."""

from __future__ import annotations

import re
import shutil
import subprocess
import threading
import time
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Workplace
from tests.end_to_end.fast import HEAD, fast_study
from tests.end_to_end.test_running import wait_for_an_epoch
from tests.record.delivery.conftest import TrackingServer
from tests.record.delivery.proxy import Proxy

ROWS = "  depth: {design: one-factor, factors: {params.depth: [2, 3]}}\n"
TRIALS = 6

#: A run of each trial, and the report's.
RUNS = TRIALS + 1


@pytest.fixture
def study(study: str) -> str:
    """The name of the test, as a study may be called."""
    return re.sub(r"\W", "-", study)


def workplace(folder: Path, study: str, epoch_s: float = 0.0) -> Workplace:
    head = HEAD.replace("study: fast", f"study: {study}").replace(
        "epoch_s: 0.0", f"epoch_s: {epoch_s}"
    )
    return fast_study(folder, ROWS, head)


def held(server: TrackingServer, study: str) -> list[tuple[str, int, int]]:
    """What the server holds: status, epochs of the metric and parameters of each run."""
    return sorted(
        (run[0][1], sum(row[0] == "val/accuracy" for row in run[3]), len(run[2]))
        for name, run in server.content(study).items()
        if name != "note"
    )


def test_the_server_gets_everything_and_another_machine_the_same_table(
    tmp_path: Path, tracking: TrackingServer, study: str
) -> None:
    place = workplace(tmp_path, study)
    done = place.ablate("run", "study.yaml", "--tracking-uri", tracking.uri)
    assert "wait for the server" not in done.stderr
    assert len(held(tracking, study)) == RUNS
    assert {status for status, _, _ in held(tracking, study)} == {"FINISHED"}
    shutil.rmtree(place.store)
    there = place.ablate("table", "study.yaml", "--tracking-uri", tracking.uri)
    assert there.stdout == done.stdout
    assert not place.store.exists()


@pytest.mark.parametrize("mode", ["off", pytest.param("hang", marks=pytest.mark.long)])
def test_a_server_that_is_down_to_the_end_costs_a_warning(
    tmp_path: Path, tracking: TrackingServer, proxy: Proxy, study: str, mode: str
) -> None:
    place = workplace(tmp_path, study, epoch_s=0.05)
    proxy.set(mode)  # type: ignore[arg-type]
    done = place.ablate("run", "study.yaml", "--tracking-uri", proxy.uri)
    assert "warning: " in done.stderr
    assert "wait for the server: ablate sync study.yaml" in done.stderr
    assert done.stdout == place.ablate("table", "study.yaml").stdout
    assert "Traceback" not in done.stderr
    waiting = place.ablate("sync", "study.yaml", "--tracking-uri", proxy.uri, code=1)
    assert "runs wait" in waiting.stderr
    proxy.set("on")
    sync = place.ablate("sync", "study.yaml", "--tracking-uri", proxy.uri)
    assert f"{RUNS} runs are there" in sync.stdout
    again = place.ablate("sync", "study.yaml", "--tracking-uri", proxy.uri)
    assert f"{RUNS} runs are there, 0 of them new" in again.stdout
    assert [epochs for _, epochs, _ in held(tracking, study)] == [0] + [4] * TRIALS


def test_a_server_that_comes_and_goes_gets_everything_once(
    tmp_path: Path, tracking: TrackingServer, proxy: Proxy, study: str
) -> None:
    place = workplace(tmp_path, study, epoch_s=0.2)
    ended = threading.Event()

    def flap() -> None:
        while not ended.wait(0.7):
            proxy.set("off")
            ended.wait(0.7)
            proxy.set("on")

    flapping = threading.Thread(target=flap)
    flapping.start()
    try:
        place.ablate("run", "study.yaml", "--tracking-uri", proxy.uri)
    finally:
        ended.set()
        flapping.join()
    proxy.set("on")
    place.ablate("sync", "study.yaml", "--tracking-uri", proxy.uri)
    assert [epochs for _, epochs, _ in held(tracking, study)] == [0] + [4] * TRIALS


def test_a_killed_driver_leaves_nothing_twice_at_the_server(
    tmp_path: Path, tracking: TrackingServer, study: str
) -> None:
    place = workplace(tmp_path, study, epoch_s=0.2)
    options = ("run", "study.yaml", "--tracking-uri", tracking.uri)
    for _ in range(2):
        process = subprocess.Popen(
            place.command(*options),
            cwd=place.folder,
            env=place.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_for_an_epoch(place)
        time.sleep(1.0)
        process.kill()
        process.wait()
    place.ablate(*options)
    place.ablate("sync", "study.yaml", "--tracking-uri", tracking.uri)
    assert [epochs for _, epochs, _ in held(tracking, study)] == [0] + [4] * TRIALS


def test_an_address_that_is_none_is_refused_before_anything_runs(tmp_path: Path) -> None:
    place = workplace(tmp_path, "refused")
    done = place.ablate("run", "study.yaml", "--tracking-uri", "sqlite:///x.db", code=2)
    assert "sqlite:///x.db" in done.stderr
    assert "needs --tracking-uri" in place.ablate("sync", "study.yaml", code=2).stderr
    assert not list(place.folder.rglob("events.jsonl"))
