"""Options that several commands share."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from ablate.runner.study import Study

#: Where ``ablate ui`` listens unless told otherwise.
LOCAL_HOST = "127.0.0.1"
PORT = 5000

StudyFile = Annotated[Path, typer.Argument(help="The study file.", metavar="STUDY.yaml")]
Profile = Annotated[
    str | None, typer.Option("--profile", "-p", help="A profile of the study file.")
]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Override a field; may be repeated."),
]
Only = Annotated[
    list[str] | None,
    typer.Option("--only", metavar="ABLATION", help="Only this ablation; may be repeated."),
]
StoreFolder = Annotated[
    Path | None,
    typer.Option("--store", envvar="ABLATE_STORE", help="The folder of records [./mlruns]."),
]
DataFolder = Annotated[
    Path | None,
    typer.Option("--data", envvar="ABLATE_DATA", help="The folder of data sets."),
]
TrackingUri = Annotated[
    str | None,
    typer.Option(
        "--tracking-uri",
        envvar="ABLATE_TRACKING_URI",
        metavar="URL",
        help="An MLflow server that gets a copy of every record.",
    ),
]


def open_study(
    path: Path,
    profile: str | None,
    settings: list[str] | None,
    only: list[str] | None,
    store: Path | None,
    data: Path | None,
    tracking_uri: str | None = None,
) -> Study:
    """The study that the shared options describe; trials, too, find weight files in its data folder."""
    if data is not None:
        os.environ["ABLATE_DATA"] = str(data.expanduser().absolute())
    return Study(
        path,
        profile=profile,
        settings=settings or (),
        only=only or (),
        store=store,
        data=data,
        tracking_uri=tracking_uri,
    )
