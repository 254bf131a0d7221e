"""MLflow's own server on the store, and links that land where one wants to look."""

from __future__ import annotations

import socket
import sys
from dataclasses import dataclass

import psutil

from ablate.record import database, tables
from ablate.record.client import ENVIRONMENT
from ablate.record.reader import artifact_folder
from ablate.record.store import Store
from ablate.record.views import View, existing_views

LOCAL_HOSTS = ("127.0.0.1", "localhost", "::1")
EVERY_INTERFACE = ("0.0.0.0", "::")  # noqa: S104 - recognised, not bound
#: Where a report run has the report that was made of the study.
REPORT_PAGE = "report/report.html"


def ui_command(
    store: Store, host: str = "127.0.0.1", port: int = 5000
) -> tuple[list[str], dict[str, str]]:
    """The command that serves the store's UI, and what to add to its environment.

    One worker and no job runner: two processes instead of ten. MLflow answers only requests to names it is told: local
    ones, and ``host`` if that is another one. It asks nobody for a password, so leave ``host`` local where you can.

    Raises:
        RecordError: the store's path cannot stand in an address.
    """
    command = [sys.executable, "-m", "mlflow", "server"]
    command += ["--backend-store-uri", store.tracking_uri]
    command += ["--artifacts-destination", store.artifacts.as_uri()]
    command += ["--host", host, "--port", str(port), "--workers", "1"]
    if host not in LOCAL_HOSTS:
        names = [f"{name}:{port}" for name in _names(host)]
        command += ["--allowed-hosts", ",".join([*names, f"localhost:{port}", f"127.0.0.1:{port}"])]
        command += ["--cors-allowed-origins", ",".join(f"http://{name}" for name in names)]
    return command, {**ENVIRONMENT, "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}


def _names(host: str) -> list[str]:
    """The names under which browsers reach a server that listens on ``host``."""
    if host not in EVERY_INTERFACE:
        return [host]
    addresses = [
        address.address
        for interface in psutil.net_if_addrs().values()
        for address in interface
        if address.family == socket.AF_INET
    ]
    return sorted({socket.gethostname(), *addresses})


def experiment_link(base: str, experiment_id: str) -> str:
    """The address of a study's list of runs.

    >>> experiment_link("http://127.0.0.1:5000", "1")
    'http://127.0.0.1:5000/#/experiments/1/runs?workflowType=machine_learning'
    """
    return f"{base.rstrip('/')}/#/experiments/{experiment_id}/runs?workflowType=machine_learning"


def run_link(base: str, experiment_id: str, run_id: str) -> str:
    """The address of one run.

    >>> run_link("http://127.0.0.1:5000", "1", "ab12")
    'http://127.0.0.1:5000/#/experiments/1/runs/ab12?workflowType=machine_learning'
    """
    runs = f"{base.rstrip('/')}/#/experiments/{experiment_id}/runs"
    return f"{runs}/{run_id}?workflowType=machine_learning"


def report_link(base: str, experiment_id: str, run_id: str) -> str:
    """The address of the report itself among the artifacts of a study's report run.

    >>> report_link("", "1", "ab12")
    '/#/experiments/1/runs/ab12/artifacts/report/report.html?workflowType=machine_learning'
    """
    return run_link(base, experiment_id, f"{run_id}/artifacts/{REPORT_PAGE}")


def view_link(base: str, experiment_id: str, view: View) -> str:
    """The address of a prepared view.

    >>> from ablate.record.views import CURVES
    >>> view_link("", "1", CURVES).partition("&")[2]
    'viewStateShareKey=ablate-curves&compareRunsMode=CHART'
    """
    mode = "&compareRunsMode=CHART" if view.charts else ""
    return f"{experiment_link(base, experiment_id)}&viewStateShareKey={view.id}{mode}"


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the UI, and a word for what it shows."""

    word: str
    link: str


def study_pages(store: Store, experiment_id: str, base: str) -> tuple[Page, ...]:
    """Where to look at a study: its report and prepared views, as far as there are any, and its runs.

    Raises:
        RecordError: the store cannot be read.
    """
    with database.reading(store.database) as connection:
        report = tables.report_run(connection, experiment_id)
        views = existing_views(tables.experiment_tags(connection, experiment_id))
    pages = [Page(view.word, view_link(base, experiment_id, view)) for view in views]
    if report is not None:
        html = artifact_folder(store, report.run_id) / REPORT_PAGE
        link = report_link if html.exists() else run_link
        pages.insert(0, Page("report", link(base, experiment_id, report.run_id)))
    return (*pages, Page("all runs", experiment_link(base, experiment_id)))
