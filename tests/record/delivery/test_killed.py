"""Killed at any moment and repeated, a delivery ends with what an undisturbed one brings."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
from collections.abc import Callable
from typing import Any

import pytest
from mlflow import MlflowClient

from ablate.record.client import prepare_mlflow
from ablate.record.delivery import deliver
from ablate.record.delivery.server import Server
from ablate.results import Status
from tests.record.delivery.conftest import Recorded, TrackingServer

Kill = Callable[[int], None]


def a_study(recorded: Recorded) -> None:
    """Every kind of run."""
    recorded.trial("a", test_nan=float("nan"))
    recorded.trial("b", test_inf=float("inf"))
    recorded.fail(recorded.start("c"))
    recorded.epoch(recorded.start("d"), 1)
    recorded.fail(recorded.start("e"), Status.INTERRUPTED)
    recorded.report()


def undisturbed(recorded: Recorded, tracking: TrackingServer) -> dict[str, Any]:
    """What one pass brings; the study is then new to the server again."""
    assert deliver(recorded.store, recorded.study, tracking.uri).complete
    content = tracking.content(recorded.study)
    client = MlflowClient(tracking_uri=tracking.uri)
    experiment = client.get_experiment_by_name(recorded.study)
    assert experiment is not None
    client.rename_experiment(experiment.experiment_id, f"{recorded.study} undisturbed")
    return content


def _deliver_and_die_at(recorded: Recorded, uri: str, call: int, after: bool) -> None:
    left, real = [call], Server._call

    def counted(server: Server, function: Any, *args: Any, **kwargs: Any) -> Any:
        left[0] -= 1
        if left[0] == 0 and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        answer = real(server, function, *args, **kwargs)
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    Server._call = counted  # type: ignore[method-assign]
    deliver(recorded.store, recorded.study, uri)


def _die_after(recorded: Recorded, uri: str, seconds: float) -> None:
    signal.setitimer(signal.ITIMER_REAL, seconds)  # SIGALRM ends the process where it is
    deliver(recorded.store, recorded.study, uri)


def killed(target: Callable[..., None], *arguments: object) -> bool:
    """Whether a process that delivers was killed, rather than done."""
    process = multiprocessing.get_context("fork").Process(target=target, args=arguments)
    process.start()
    process.join()
    return process.exitcode != 0


def kill_at_calls(recorded: Recorded, uri: str, kills: int, rng: random.Random) -> int:
    """How often it was killed before or after a call to the server, until it was done or killed often enough."""
    for done in range(kills):
        if not killed(_deliver_and_die_at, recorded, uri, rng.randint(2, 9), rng.random() < 0.5):
            return done
    return kills


def kill_at_moments(recorded: Recorded, uri: str, kills: int, rng: random.Random) -> int:
    """The same, at random moments."""
    for done in range(kills):
        if not killed(_die_after, recorded, uri, rng.uniform(0.02, 0.2)):
            return done
    return kills


@pytest.mark.parametrize("how", [kill_at_calls, kill_at_moments])
def test_killed_a_few_times_everything_is_there_once(
    recorded: Recorded, tracking: TrackingServer, how: Callable[..., int]
) -> None:
    _kill_and_compare(recorded, tracking, how, kills=4)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("how", [kill_at_calls, kill_at_moments])
def test_killed_twenty_times_everything_is_there_once(
    recorded: Recorded, tracking: TrackingServer, how: Callable[..., int], seed: int
) -> None:
    for name in "fghijklm":
        recorded.trial(name)
    _kill_and_compare(recorded, tracking, how, kills=20, seed=seed)


def _kill_and_compare(
    recorded: Recorded,
    tracking: TrackingServer,
    how: Callable[..., int],
    kills: int,
    seed: int = 0,
) -> None:
    prepare_mlflow()
    a_study(recorded)
    expected = undisturbed(recorded, tracking)
    rng = random.Random(seed)  # noqa: S311 - no cryptography
    assert how(recorded, tracking.uri, kills, rng) > 0
    report = deliver(recorded.store, recorded.study, tracking.uri)
    assert report.complete
    assert tracking.content(recorded.study) == expected


def test_two_that_deliver_at_once_make_no_run_twice(
    recorded: Recorded, tracking: TrackingServer
) -> None:
    a_study(recorded)
    expected = undisturbed(recorded, tracking)
    fork = multiprocessing.get_context("fork")
    both = [
        fork.Process(target=deliver, args=(recorded.store, recorded.study, tracking.uri))
        for _ in range(2)
    ]
    for process in both:
        process.start()
    for process in both:
        process.join()
    assert deliver(recorded.store, recorded.study, tracking.uri).complete
    assert tracking.content(recorded.study) == expected


def test_a_lost_answer_to_the_making_of_a_run_makes_no_second_one(
    recorded: Recorded, tracking: TrackingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server makes the run, and says so too late for the first listing after."""
    a_study(recorded)
    expected = undisturbed(recorded, tracking)
    real, lost = Server.create_run, iter([True, False, True, True])

    def losing(server: Server, experiment: str, content: Any) -> Any:
        from ablate.record.delivery.errors import Unreachable

        made = real(server, experiment, content)
        if next(lost, False):
            raise Unreachable("no answer")
        return made

    monkeypatch.setattr(Server, "create_run", losing)
    for _ in range(4):
        report = deliver(recorded.store, recorded.study, tracking.uri)
    assert report.complete
    assert tracking.content(recorded.study) == expected
