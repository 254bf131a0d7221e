from __future__ import annotations

from pathlib import Path

import pytest

from ablate.record import MlflowRecorder, Store, experiment_id, ui, ui_command
from ablate.record.ui import REPORT_PAGE, study_pages
from ablate.record.views import Outline
from ablate.testing.recorder_cases import card, play

STORE = Store(Path("/records/mlruns"))


def parsed(command: list[str]) -> dict[str, object]:
    """The command as MLflow's own command line understands it."""
    from mlflow.cli import server

    context = server.make_context("server", command[4:], resilient_parsing=False)
    return context.params


def test_mlflow_understands_the_command() -> None:
    command, _ = ui_command(STORE, port=5001)
    assert command[1:4] == ["-m", "mlflow", "server"]
    params = parsed(command)
    assert params["backend_store_uri"] == "sqlite:////records/mlruns/mlflow.db"
    assert params["artifacts_destination"] == "file:///records/mlruns/artifacts"
    assert (params["host"], params["port"], params["workers"]) == ("127.0.0.1", 5001, "1")
    assert params["allowed_hosts"] is None


def test_another_host_is_named_as_allowed() -> None:
    params = parsed(ui_command(STORE, host="lab.example.org", port=80)[0])
    assert params["allowed_hosts"] == "lab.example.org:80,localhost:80,127.0.0.1:80"
    assert params["cors_allowed_origins"] == "http://lab.example.org:80"


def test_every_interface_allows_the_names_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "thismachine")
    allowed = str(parsed(ui_command(STORE, host="0.0.0.0")[0])["allowed_hosts"]).split(",")  # noqa: S104
    assert "thismachine:5000" in allowed
    assert "0.0.0.0:5000" not in allowed
    assert "*" not in allowed


def test_the_environment_keeps_the_server_small_and_quiet() -> None:
    environment = ui_command(STORE)[1]
    assert environment["MLFLOW_SERVER_ENABLE_JOB_EXECUTION"] == "false"
    assert environment["MLFLOW_DISABLE_TELEMETRY"] == "true"


def test_links_end_up_on_the_runs() -> None:
    assert ui.experiment_link("http://h:1/", "7").startswith("http://h:1/#/experiments/7/runs?")


def test_pages_are_those_that_exist(store: Store) -> None:
    recorder = MlflowRecorder(store, "s")
    play(recorder, card())
    number = experiment_id(store, "s") or ""
    assert [page.word for page in study_pages(store, number, "")] == ["all runs"]
    recorder.report("| a |", {})
    first, last = study_pages(store, number, "http://h:1")
    assert (first.word, last.word) == ("report", "all runs")
    assert first.link.startswith(last.link.partition("?")[0])
    recorder.report("| a |", {REPORT_PAGE: b"<html>"}, Outline("val/accuracy", maximize=True))
    pages = {page.word: page.link for page in study_pages(store, number, "http://h:1")}
    assert list(pages) == ["report", "conditions", "curves", "all runs"]
    assert "/artifacts/report/report.html?" in pages["report"]
    assert pages["curves"].endswith("&viewStateShareKey=ablate-curves&compareRunsMode=CHART")
