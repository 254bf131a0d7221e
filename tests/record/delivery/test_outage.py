"""A server that is down, hangs or flaps: nothing is lost, nothing comes twice, and the driver never waits."""

from __future__ import annotations

import random
import time

import pytest

from ablate.record.delivery import Deliverer, DeliveryState, deliver
from tests.record.delivery.conftest import Recorded, TrackingServer, free_port, wait_until
from tests.record.delivery.proxy import Mode, Proxy


@pytest.mark.parametrize(
    ("mode", "reason"),
    [("off", ""), ("hang", "it takes too long"), ("no answers", "")],
)
def test_a_dead_server_is_said_in_the_report(
    recorded: Recorded, proxy: Proxy, mode: Mode, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "1")
    recorded.trial("a")
    recorded.trial("b")
    proxy.set(mode)
    report = deliver(recorded.store, recorded.study, proxy.uri)
    assert (report.there, report.waiting) == (0, 2)
    assert str(report.error).startswith(
        f"the tracking server {proxy.uri} does not answer: {reason}"
    )


def test_what_a_flapping_server_gets_is_whole_and_once(
    recorded: Recorded,
    tracking: TrackingServer,
    proxy: Proxy,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "1")
    rng = random.Random(1)  # noqa: S311 - no cryptography
    modes: tuple[Mode, ...] = ("off", "no answers", "hang", "no answers")
    for name in "abcd":
        recorded.trial(name)
    for number in range(4):
        left, mode = [rng.randint(2, 8)], modes[number]

        def flap(left: list[int] = left, mode: Mode = mode) -> bool:
            left[0] -= 1
            if left[0] < 2:
                proxy.set(mode)
            return False

        proxy.set("on")
        deliver(recorded.store, recorded.study, proxy.uri, stop=flap)
    proxy.set("on")
    assert deliver(recorded.store, recorded.study, proxy.uri).complete
    content = tracking.content(recorded.study)
    straight = _delivered_straight(recorded, tracking)
    assert content == straight


def _delivered_straight(recorded: Recorded, tracking: TrackingServer) -> dict[str, object]:
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=tracking.uri)
    experiment = client.get_experiment_by_name(recorded.study)
    assert experiment is not None
    client.rename_experiment(experiment.experiment_id, f"{recorded.study} before")
    assert deliver(recorded.store, recorded.study, tracking.uri).complete
    return tracking.content(recorded.study)


class TestBesideARun:
    """The process that delivers while the driver records."""

    @pytest.fixture(autouse=True)
    def _impatient(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "1")

    def test_a_run_is_followed_and_ends_complete(
        self, recorded: Recorded, tracking: TrackingServer
    ) -> None:
        with Deliverer(recorded.store, recorded.study, tracking.uri, pause_s=0.1) as deliverer:
            assert deliverer.state() == DeliveryState()
            run_id = recorded.start("a")
            recorded.epoch(run_id, 1)
            wait_until(lambda: deliverer.state().delivered == 1, "the first epoch is there")
            assert tracking.content(recorded.study)[run_id][0][1] == "RUNNING"
            recorded.finish(run_id)
            recorded.trial("b")
            recorded.report()
            assert deliverer.finish(60) == DeliveryState(delivered=3)
        assert tracking.content(recorded.study)[run_id][0][1] == "FINISHED"

    def test_down_at_the_start_back_in_the_middle(
        self, recorded: Recorded, tracking: TrackingServer, proxy: Proxy
    ) -> None:
        proxy.set("off")
        recorded.trial("a")
        with Deliverer(recorded.store, recorded.study, proxy.uri, pause_s=0.1) as deliverer:
            wait_until(lambda: deliverer.state().error is not None, "the outage is noticed")
            state = deliverer.state()
            assert (state.delivered, state.waiting) == (0, 1)
            assert state.since is not None
            assert state.since <= time.time()
            proxy.set("on")
            wait_until(lambda: deliverer.state() == DeliveryState(1), "the server is back")
            proxy.set("off")
            recorded.trial("b")
            wait_until(lambda: deliverer.state().waiting == 1, "the outage is noticed again")
            proxy.set("on")
            assert deliverer.finish(60) == DeliveryState(2)
        assert len(tracking.content(recorded.study)) == 3

    @pytest.mark.parametrize("mode", ["off", "hang"])
    def test_down_to_the_end_everything_waits_for_a_sync(
        self, recorded: Recorded, tracking: TrackingServer, proxy: Proxy, mode: Mode
    ) -> None:
        proxy.set(mode)
        with Deliverer(recorded.store, recorded.study, proxy.uri, pause_s=0.1) as deliverer:
            for name in "ab":
                recorded.trial(name)
            wait_until(lambda: deliverer.state().error is not None, "the outage is noticed")
            state = deliverer.finish(30)
        assert (state.delivered, state.waiting) == (0, 2)
        assert "does not answer" in str(state.error)
        proxy.set("on")
        assert deliver(recorded.store, recorded.study, proxy.uri).delivered == 2
        assert len(tracking.content(recorded.study)) == 3

    def test_finishing_waits_no_longer_than_it_is_told(
        self, recorded: Recorded, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "3000")
        proxy.set("hang")
        recorded.trial("a")
        with Deliverer(recorded.store, recorded.study, proxy.uri, pause_s=0.1) as deliverer:
            wait_until(lambda: deliverer.state().waiting == 1, "it asks the server")
            state = deliverer.finish(0.2)
        assert "did not take the rest within 0.2 s" in str(state.error)
        assert state.waiting == 1

    def test_nobody_listens_at_the_address(self, recorded: Recorded) -> None:
        recorded.trial("a")
        with Deliverer(
            recorded.store, recorded.study, f"http://127.0.0.1:{free_port()}"
        ) as deliverer:
            state = deliverer.finish(60)
        assert "Connection refused" in str(state.error)
        assert state.waiting == 1
