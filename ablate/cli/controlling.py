"""``ablate stop`` and ``ablate sync``: what one does to a study from another terminal, or after a run."""

from __future__ import annotations

from typing import Annotated

import typer

from ablate.cli.options import Profile, Settings, StoreFolder, StudyFile, TrackingUri, open_study
from ablate.cli.printing import ERR, print_text
from ablate.errors import UsageError


def add_commands(app: typer.Typer) -> None:
    """Add the commands of this module to the application."""
    app.command(epilog="Example: ablate stop studies/basenet.yaml")(stop)
    app.command(epilog="Example: ablate sync studies/basenet.yaml --tracking-uri http://host:5000")(
        sync
    )


def stop(
    study: StudyFile,
    profile: Profile = None,
    settings: Settings = None,
    store: StoreFolder = None,
    now: Annotated[
        bool, typer.Option("--now", help="Give trials no time to save their state.")
    ] = False,
) -> None:
    """Ask the process that runs a study to stop; 'ablate run' goes on where it stopped."""
    from ablate.schedule.lock import stop_holder

    opened = open_study(study, profile, settings, None, store, None)
    stopped = stop_holder(opened.lock, now=now)
    if stopped is None:
        print_text(f"nobody runs {opened.plan.study}")
    else:
        print_text(f"stopped process {stopped.pid}, which ran {opened.plan.study}")


def sync(
    study: StudyFile,
    tracking_uri: TrackingUri = None,
    profile: Profile = None,
    settings: Settings = None,
    store: StoreFolder = None,
) -> None:
    """Bring to an MLflow server what it lacks of a study's records; may be repeated at any time.

    Leaves with 1 if something still waits.
    """
    from ablate.runner.delivery import sync as deliver_all

    if tracking_uri is None:
        raise UsageError("ablate sync needs --tracking-uri, for example http://127.0.0.1:5000")
    report = deliver_all(open_study(study, profile, settings, None, store, None), tracking_uri)
    print_text(f"{report.there} runs are there, {report.delivered} of them new")
    for run, reason in report.refused.items():
        ERR.print(f"run {run} was refused: {reason}", markup=False)
    if report.deleted:
        ERR.print(f"{len(report.deleted)} runs were deleted at the server and stay deleted")
    if not report.complete:
        reason = f": {report.error}" if report.error else ""
        ERR.print(f"{report.waiting} runs wait{reason}", markup=False, soft_wrap=True)
        raise typer.Exit(1)
