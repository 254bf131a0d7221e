"""What a pass brings to a real server, and what it does not bring twice."""

from __future__ import annotations

import math
import shutil

import pytest
from mlflow import MlflowClient

from ablate.record import read_results
from ablate.record.delivery import deliver, one_pass
from ablate.record.delivery.address import Address
from ablate.record.delivery.one_pass import Delivery
from ablate.record.delivery.places import Places
from ablate.record.server_reader import read_server_results
from ablate.results import Status
from ablate.testing.recorder_cases import card, comparable
from tests.killed_write import killed_while_writing
from tests.record.delivery.conftest import Recorded, TrackingServer
from tests.record.delivery.proxy import Proxy


def local_content(recorded: Recorded) -> TrackingServer:
    return TrackingServer(0, recorded.store)


def test_a_server_gets_what_the_store_has(recorded: Recorded, tracking: TrackingServer) -> None:
    odd = {"test/nan": math.nan, "test/inf": math.inf, "test/-inf": -math.inf}
    recorded.trial("a", **odd)
    recorded.fail(recorded.start("b"), Status.DIVERGED)
    recorded.epoch(recorded.start("c"), 1)
    recorded.report()
    report = deliver(recorded.store, recorded.study, tracking.uri)
    assert (report.there, report.delivered, report.waiting, report.error) == (4, 4, 0, None)

    here = read_results(recorded.store, recorded.study)
    there = read_server_results(tracking.uri, recorded.study)
    assert comparable(there) == comparable(here)
    assert [trial.start_ms for trial in there] == [trial.start_ms for trial in here]
    content = tracking.content(recorded.study)
    assert content.pop("note") == "| table |"
    for run_id, (fields, tags, params, metrics, latest, datasets, files) in content.items():
        mine = local_content(recorded)._rows_of(run_id)
        assert {key: text for key, text in tags if key not in ADDED} == dict(mine[0])
        assert [params, metrics, latest, datasets] == mine[1:]
        run = recorded.store.artifacts / recorded.study / run_id
        ended = fields[1] != "RUNNING"
        expected = [file for file in run.rglob("*") if file.is_file()] if ended else []
        assert sorted(files.values()) == sorted(file.read_bytes() for file in expected)
    assert {len(files) for *_, files in content.values()} == {0, 1, 2, 4}


ADDED = ("ablate.local_run", "ablate.delivered")


def test_a_second_pass_changes_and_asks_nothing(
    recorded: Recorded, tracking: TrackingServer, proxy: Proxy
) -> None:
    recorded.trial("a")
    recorded.trial("b")
    recorded.report()
    deliver(recorded.store, recorded.study, proxy.uri)
    before, asked = tracking.content(recorded.study), proxy.requests
    report = deliver(recorded.store, recorded.study, proxy.uri)
    assert (report.there, report.delivered) == (3, 0)
    assert proxy.requests - asked <= 4  # the experiment and the list of its runs
    assert tracking.content(recorded.study) == before


def test_while_nothing_is_recorded_a_delivery_does_not_even_look(
    recorded: Recorded, tracking: TrackingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded.trial("a")
    delivery = Delivery(recorded.store, recorded.study, Address.parse(tracking.uri))
    assert delivery.once().delivered == 1

    def looked(*arguments: object) -> None:
        raise AssertionError("it looked")

    with monkeypatch.context() as patch:
        patch.setattr(one_pass, "stamps", looked)
        assert (delivery.once().there, delivery.once().delivered) == (1, 0)
    recorded.trial("b")
    assert (delivery.once().there, delivery.once().delivered) == (2, 0)


def test_without_its_memory_nothing_comes_twice(
    recorded: Recorded, tracking: TrackingServer
) -> None:
    recorded.trial("a")
    running = recorded.start("b")
    recorded.epoch(running, 1)
    deliver(recorded.store, recorded.study, tracking.uri)
    before = tracking.content(recorded.study)
    shutil.rmtree(recorded.store.root / "delivery")
    deliver(recorded.store, recorded.study, tracking.uri)
    assert tracking.content(recorded.study) == before
    recorded.epoch(running, 2)
    shutil.rmtree(recorded.store.root / "delivery")
    deliver(recorded.store, recorded.study, tracking.uri)
    assert len(tracking.content(recorded.study)[running][3]) == 6


def test_later_passes_bring_the_rest(recorded: Recorded, tracking: TrackingServer) -> None:
    run_id = recorded.start("a")
    recorded.recorder.begin(card("does not train yet"))
    assert deliver(recorded.store, recorded.study, tracking.uri).there == 1
    for epoch in (1, 2):
        recorded.epoch(run_id, epoch)
        deliver(recorded.store, recorded.study, tracking.uri)
        content = tracking.content(recorded.study)
        assert [point[3] for point in content[run_id][3]] == [*range(1, epoch + 1)] * 3
        assert content[run_id][0][1] == "RUNNING"
    recorded.finish(run_id)
    deliver(recorded.store, recorded.study, tracking.uri)
    recorded.recorder.tag(run_id, {"ablate.search/x": "{}"})
    deliver(recorded.store, recorded.study, tracking.uri)
    content = tracking.content(recorded.study)
    assert content[run_id][0][1] == "FINISHED"
    assert dict(content[run_id][1])["ablate.search/x"] == "{}"


def test_an_interrupted_trial_goes_on_in_its_run(
    recorded: Recorded, tracking: TrackingServer
) -> None:
    run_id = recorded.start("a")
    recorded.epoch(run_id, 1)
    recorded.fail(run_id, Status.INTERRUPTED)
    deliver(recorded.store, recorded.study, tracking.uri)
    (server_run,) = _runs(tracking, recorded.study)
    assert recorded.start("a") == run_id
    deliver(recorded.store, recorded.study, tracking.uri)
    tags = dict(tracking.content(recorded.study)[run_id][1])
    assert (tags["ablate.status"], "ablate.reason" in tags) == ("running", False)
    recorded.epoch(run_id, 2)
    recorded.finish(run_id)
    deliver(recorded.store, recorded.study, tracking.uri)
    assert _runs(tracking, recorded.study) == [server_run]
    assert tracking.content(recorded.study)[run_id][0][1] == "FINISHED"


@pytest.mark.parametrize("remembered", [True, False])
def test_epochs_that_were_taken_back_here_are_gone_there(
    recorded: Recorded, tracking: TrackingServer, remembered: bool
) -> None:
    run_id = recorded.start("a")
    for epoch in (1, 2, 3):
        recorded.epoch(run_id, epoch, 0.1)
    deliver(recorded.store, recorded.study, tracking.uri)
    recorded.fail(run_id, Status.INTERRUPTED)
    recorded.start("a")
    recorded.epoch(run_id, 1, 0.2)  # from the start again
    if not remembered:
        shutil.rmtree(recorded.store.root / "delivery")
    deliver(recorded.store, recorded.study, tracking.uri)
    metrics = tracking.content(recorded.study)[run_id][3]
    assert [(key, value, step) for key, value, _, step, _ in metrics if key == "val/accuracy"] == [
        ("val/accuracy", 0.2, 1)
    ]
    assert len(metrics) == 3


def test_a_new_report_takes_the_place_of_the_old(
    recorded: Recorded, tracking: TrackingServer
) -> None:
    recorded.trial("a")
    for text in ("| one |", "| two |"):
        recorded.report(text)
        deliver(recorded.store, recorded.study, tracking.uri)
    content = tracking.content(recorded.study)
    assert content.pop("note") == "| two |"
    (report,) = [run for run in content.values() if run[0][0] == "report"]
    assert report[-1] == {"table.md": b"| two |"}


@pytest.mark.parametrize("remembered", [True, False])
def test_what_was_deleted_at_the_server_stays_deleted(
    recorded: Recorded, tracking: TrackingServer, remembered: bool
) -> None:
    first, second = recorded.trial("a"), recorded.start("b")
    deliver(recorded.store, recorded.study, tracking.uri)
    for server_run in _runs(tracking, recorded.study):
        MlflowClient(tracking_uri=tracking.uri).delete_run(server_run)
    recorded.epoch(second, 1)
    recorded.trial("c")
    if not remembered:
        shutil.rmtree(recorded.store.root / "delivery")
    for _ in range(2):
        report = deliver(recorded.store, recorded.study, tracking.uri)
        assert sorted(report.deleted) == ["a, seed 0", "b, seed 0"]
        assert (report.there, report.waiting) == (1, 0)
    assert not {first, second} & tracking.content(recorded.study).keys()


def test_a_deleted_experiment_is_an_error_that_says_so(
    recorded: Recorded, tracking: TrackingServer
) -> None:
    recorded.trial("a")
    deliver(recorded.store, recorded.study, tracking.uri)
    client = MlflowClient(tracking_uri=tracking.uri)
    experiment = client.get_experiment_by_name(recorded.study)
    assert experiment is not None
    client.delete_experiment(experiment.experiment_id)
    report = deliver(recorded.store, recorded.study, tracking.uri)
    assert report.error is not None
    assert "Restore it there" in report.error


def test_two_runs_of_one_trial_become_one_again(
    recorded: Recorded, tracking: TrackingServer
) -> None:
    """As a request leaves them whose answer was lost."""
    run_id = recorded.trial("a")
    client = MlflowClient(tracking_uri=tracking.uri)
    experiment = client.create_experiment(recorded.study)
    for _ in range(3):
        client.create_run(experiment, tags={"ablate.local_run": run_id})
    deliver(recorded.store, recorded.study, tracking.uri)
    assert len(_runs(tracking, recorded.study)) == 1
    assert tracking.content(recorded.study)[run_id][0][1] == "FINISHED"


def test_what_one_run_cannot_have_does_not_stop_the_others(
    recorded: Recorded, tracking: TrackingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ablate.record.delivery.server import Server

    bad = recorded.trial("a")
    recorded.trial("b")
    real = Server.end

    def refusing(server: Server, run_id: str, state: str, end_ms: int) -> None:
        is_bad = server.run(run_id).data.tags["ablate.local_run"] == bad
        real(server, "0" * 32 if is_bad else run_id, state, end_ms)

    with monkeypatch.context() as patch:
        patch.setattr(Server, "end", refusing)
        report = deliver(recorded.store, recorded.study, tracking.uri)
    assert (report.there, report.waiting, list(report.refused)) == (1, 1, ["a, seed 0"])
    assert deliver(recorded.store, recorded.study, tracking.uri).complete


def test_nothing_recorded_is_nothing_to_deliver(
    recorded: Recorded, tracking: TrackingServer
) -> None:
    report = deliver(recorded.store, recorded.study, tracking.uri)
    assert report.complete
    assert len(read_server_results(tracking.uri, recorded.study)) == 0


def test_only_one_delivers_at_a_time(recorded: Recorded, tracking: TrackingServer) -> None:
    recorded.trial("a")
    places = Places.of(recorded.store, recorded.study, Address.parse(tracking.uri))
    with places.alone():
        report = deliver(recorded.store, recorded.study, tracking.uri)
    assert report.waiting == 1
    assert "another process is delivering" in str(report.error)


def test_what_a_kill_left_of_the_ledger_is_removed(
    recorded: Recorded, tracking: TrackingServer
) -> None:
    recorded.trial("a")
    places = Places.of(recorded.store, recorded.study, Address.parse(tracking.uri))
    places.folder.mkdir(parents=True)
    killed_while_writing(places.ledger)
    assert list(places.folder.glob(".*.part"))
    assert deliver(recorded.store, recorded.study, tracking.uri).complete
    assert not list(places.folder.glob(".*.part"))


def test_it_ends_where_one_says(recorded: Recorded, tracking: TrackingServer) -> None:
    recorded.trial("a")
    recorded.trial("b")
    answers = iter([False, True])
    report = deliver(recorded.store, recorded.study, tracking.uri, stop=lambda: next(answers))
    assert (report.there, report.waiting, report.error) == (1, 1, None)


def _runs(tracking: TrackingServer, study: str) -> list[str]:
    client = MlflowClient(tracking_uri=tracking.uri)
    experiment = client.get_experiment_by_name(study)
    assert experiment is not None
    return [run.info.run_id for run in client.search_runs([experiment.experiment_id])]
