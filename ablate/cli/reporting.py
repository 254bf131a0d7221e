"""``ablate report``: a study's whole report as a folder, and in MLflow."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ablate.cli.options import (
    DataFolder,
    Only,
    Profile,
    Settings,
    StoreFolder,
    StudyFile,
    open_study,
)
from ablate.cli.printing import ERR, print_text


def add_commands(app: typer.Typer) -> None:
    """Add the commands of this module to the application."""
    app.command(epilog="Example: ablate report studies/basenet.yaml --out report")(report)


def report(
    study: StudyFile,
    profile: Profile = None,
    settings: Settings = None,
    only: Only = None,
    store: StoreFolder = None,
    data: DataFolder = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="The folder to write (default: reports/STUDY)."),
    ] = None,
    photos: Annotated[
        bool,
        typer.Option(
            help="Show the images of the data beside their masks (not: for data that may not be shown)."
        ),
    ] = True,
    publish: Annotated[
        bool, typer.Option(help="Keep it in MLflow too, in the study's report run.")
    ] = True,
) -> None:
    """Write tables, figures, architectures and provenance as one document, from the records alone."""
    from ablate.cli.preparing import progress_bars
    from ablate.runner.report import check_folder, make_report, publish_report, write_report
    from ablate.schedule.lock import AlreadyRunning

    opened = open_study(study, profile, settings, only, store, data)
    folder = out if out is not None else Path("reports") / opened.plan.study
    check_folder(folder)
    with progress_bars("writing the report") as progress:
        files = make_report(opened, progress, photos=photos)
        write_report(files, folder)
    if publish:
        try:
            publish_report(opened, files)
        except AlreadyRunning as error:
            ERR.print(f"warning: not kept in MLflow: {error}", markup=False, soft_wrap=True)
    print_text(f"Wrote {folder}/report.html (one file, to send), report.md, figures/ and tables/.")
