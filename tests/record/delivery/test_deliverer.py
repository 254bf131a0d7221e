"""The process beside a run: it dies with its driver, keeps secrets, and is seen when it dies alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from ablate.errors import UsageError
from ablate.record import Store
from ablate.record.delivery import Deliverer
from ablate.record.delivery.address import Address
from ablate.record.delivery.places import Places
from tests.killed_write import killed_while_writing
from tests.record.delivery.conftest import Recorded, TrackingServer, free_port, wait_until

CANARY = "canary-0815"

DRIVER = """
import sys, time
from pathlib import Path
from ablate.record import Store
from ablate.record.delivery import Deliverer

deliverer = Deliverer(Store(Path(sys.argv[1])), "s", sys.argv[2])
deliverer.start()
print(deliverer._process.pid, flush=True)
time.sleep(600)
"""


def test_it_dies_with_a_killed_driver(recorded: Recorded, tracking: TrackingServer) -> None:
    command = [sys.executable, "-c", DRIVER, str(recorded.store.root), tracking.uri]
    driver = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert driver.stdout is not None
    process = psutil.Process(int(driver.stdout.readline()))
    assert process.is_running()
    driver.kill()
    driver.wait()
    driver.stdout.close()
    wait_until(lambda: not _is_alive(process), "the process is gone")


def _is_alive(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def test_training_goes_first(recorded: Recorded, tracking: TrackingServer) -> None:
    with Deliverer(recorded.store, recorded.study, tracking.uri) as deliverer:
        assert deliverer._process is not None
        process = psutil.Process(deliverer._process.pid)
        wait_until(lambda: process.nice() > psutil.Process().nice(), "its priority is lower")


def test_what_a_kill_left_of_its_state_is_removed(
    recorded: Recorded, tracking: TrackingServer
) -> None:
    places = Places.of(recorded.store, recorded.study, Address.parse(tracking.uri))
    places.folder.mkdir(parents=True)
    killed_while_writing(places.state)
    assert list(places.folder.glob(".*.part"))
    with Deliverer(recorded.store, recorded.study, tracking.uri):
        wait_until(lambda: not list(places.folder.glob(".*.part")), "it is gone")


def test_when_it_dies_alone_the_state_says_so(recorded: Recorded, tracking: TrackingServer) -> None:
    with Deliverer(recorded.store, recorded.study, tracking.uri) as deliverer:
        assert deliverer._process is not None
        deliverer._process.kill()
        wait_until(lambda: deliverer.state().error is not None, "its end is seen")
        first = deliverer.state()
        assert "the delivering process ended" in str(first.error)
        assert deliverer.state() == deliverer.finish(5) == first


def test_a_password_is_nowhere_to_be_seen(recorded: Recorded) -> None:
    recorded.trial("a")
    uri = f"http://me:{CANARY}@127.0.0.1:{free_port()}"
    with Deliverer(recorded.store, recorded.study, uri) as deliverer:
        assert deliverer._process is not None
        assert CANARY not in " ".join(psutil.Process(deliverer._process.pid).cmdline())
        state = deliverer.finish(60)
    assert state.error is not None
    assert CANARY not in repr((state, deliverer.uri))
    for file in recorded.store.root.rglob("*"):
        assert CANARY not in file.name
        assert not file.is_file() or CANARY.encode() not in file.read_bytes(), file


def test_an_address_that_is_none_is_refused_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not the address of a tracking server"):
        Deliverer(Store(tmp_path / "mlruns"), "s", "sqlite:///mlflow.db")
    assert not (tmp_path / "mlruns").exists()
