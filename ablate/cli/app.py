"""The commands.

Exit codes: 0 done; 1 a trial failed, or a file could not be read or written; 2 the study file or the command line
is wrong; 3 data is missing or damaged; 4 the records cannot be opened; 130 and 143 interrupted by Ctrl-C or SIGTERM.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from ablate.cli import comparing, controlling, exporting, reporting, upkeep
from ablate.cli.options import (
    LOCAL_HOST,
    PORT,
    DataFolder,
    Only,
    Profile,
    Settings,
    StoreFolder,
    StudyFile,
    TrackingUri,
    open_study,
)
from ablate.cli.printing import ERR, print_text, print_warnings
from ablate.cli.run_options import (
    Devices,
    FailFast,
    Jobs,
    KeepWeights,
    Quiet,
    RetryFailed,
    SlotsPerGpu,
    SmokeCheck,
    StallMinutes,
    Verbose,
    choices_of,
)

_EPILOG = (
    "Exit codes: 0 done; 1 a trial failed or a file cannot be written; 2 wrong study or command line; 3 data missing "
    "or damaged; 4 records cannot be opened; 130/143 interrupted. Example: ablate run studies/quickstart.yaml"
)

app = typer.Typer(
    help="One YAML study file in, an ablation table people can trust out.",
    epilog=_EPILOG,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from ablate import __version__

        print_text(f"ablate {__version__}")
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """One YAML study file in, an ablation table people can trust out."""


@app.command(epilog="Example: ablate check studies/basenet.yaml")
def check(
    study: StudyFile,
    profile: Profile = None,
    settings: Settings = None,
    only: Only = None,
    data: DataFolder = None,
) -> None:
    """Find every mistake of a study file, its data included, without training anything."""
    from ablate.cli.overview import size_of
    from ablate.cli.preparing import checked

    opened = open_study(study, profile, settings, only, None, data)
    checked(opened)
    print_text(f"{study}: {size_of(opened.plan)}. Nothing is wrong with it.")


@app.command(epilog="Example: ablate plan studies/basenet.yaml --only components")
def plan(
    study: StudyFile,
    profile: Profile = None,
    settings: Settings = None,
    only: Only = None,
    store: StoreFolder = None,
    data: DataFolder = None,
    jobs: Annotated[int | None, typer.Option(help="Trials side by side.")] = None,
) -> None:
    """Show the trials: which are shared, which are done, and how long the rest may take."""
    from ablate.cli.overview import print_plan

    opened = open_study(study, profile, settings, only, store, data)
    print_warnings(str(study), opened.plan.warnings)
    print_plan(opened, jobs)


@app.command(epilog="Example: ablate run studies/basenet.yaml --profile quick --jobs 2")
def run(
    study: StudyFile,
    profile: Profile = None,
    settings: Settings = None,
    only: Only = None,
    store: StoreFolder = None,
    data: DataFolder = None,
    jobs: Jobs = None,
    devices: Devices = None,
    slots_per_gpu: SlotsPerGpu = "1",
    retry_failed: RetryFailed = False,
    fail_fast: FailFast = False,
    smoke_check: SmokeCheck = True,
    stall_minutes: StallMinutes = None,
    keep: KeepWeights = None,
    tracking_uri: TrackingUri = None,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> None:
    """Train what is missing, record it in MLflow, print the tables.

    Run it again after anything: finished trials stay, missing ones run.
    """
    from ablate.cli.running import run_and_print

    choices = choices_of(
        jobs=jobs,
        devices=devices,
        slots_per_gpu=slots_per_gpu,
        retry_failed=retry_failed,
        fail_fast=fail_fast,
        smoke_check=smoke_check,
        stall_minutes=stall_minutes,
        keep=keep,
        tracking_uri=tracking_uri,
        verbose=verbose,
    )
    opened = open_study(study, profile, settings, only, store, data)
    raise typer.Exit(run_and_print(opened, choices, quiet=quiet))


@app.command(epilog="Example: ablate status studies/basenet.yaml")
def status(
    study: StudyFile,
    profile: Profile = None,
    settings: Settings = None,
    only: Only = None,
    store: StoreFolder = None,
    data: DataFolder = None,
    follow: Annotated[
        bool, typer.Option("--watch", "-w", help="Go on showing it until nothing runs.")
    ] = False,
) -> None:
    """Count the trials that are finished, failed, running and missing; say why trials failed."""
    opened = open_study(study, profile, settings, only, store, data)
    if follow:
        from ablate.cli.watching import watch

        watch(opened)
    else:
        from ablate.cli.overview import print_status

        print_status(opened)


@app.command(epilog="Example: ablate table studies/basenet.yaml > table.md")
def table(
    study: StudyFile,
    profile: Profile = None,
    settings: Settings = None,
    only: Only = None,
    store: StoreFolder = None,
    data: DataFolder = None,
    form: Annotated[
        str, typer.Option("--format", "-f", help="markdown, latex, csv, html or json.")
    ] = "markdown",
    measured: Annotated[
        bool, typer.Option("--measured", help="Add times, which differ from run to run.")
    ] = False,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write to a file.")] = None,
    tracking_uri: Annotated[
        str | None, typer.Option(metavar="URL", help="Read from this MLflow server, not the store.")
    ] = None,
) -> None:
    """Print the ablation tables, from the records alone."""
    from ablate.files import write_text
    from ablate.report.formats import check_format
    from ablate.runner.tables import table as make_table

    check_format(form)
    opened = open_study(study, profile, settings, only, store, data, tracking_uri)
    text = make_table(opened, form, measured=measured)
    if out is None:
        print_text(text)
    else:
        write_text(out, text if text.endswith("\n") else text + "\n")


@app.command(epilog="Example: ablate show studies/basenet.yaml 'Batch norm'")
def show(
    study: StudyFile,
    row: Annotated[
        str | None, typer.Argument(help="A row's label (default: the baseline).")
    ] = None,
    profile: Profile = None,
    settings: Settings = None,
    data: DataFolder = None,
    part: Annotated[
        str | None, typer.Option(help="Only this: config, model or architecture.")
    ] = None,
) -> None:
    """Show one resolved row: configuration, network, architecture table."""
    from ablate.runner.show import show_row

    opened = open_study(study, profile, settings, None, None, data)
    print_text(show_row(opened, row, part))


@app.command(name="list", epilog="Example: ablate list models resnet18")
def list_members(
    kind: Annotated[str | None, typer.Argument(help="data, models, optimizers, ...")] = None,
    name: Annotated[str | None, typer.Argument(help="A member, or part of a name.")] = None,
) -> None:
    """List data sets, models, augmentations, ...; or the options of one of them."""
    from ablate.cli.listing import listing

    print_text(listing(kind, name))


@app.command(epilog="Example: ablate schema > study.schema.json")
def schema() -> None:
    """Print the JSON schema of study files, for completion in editors."""
    from ablate.spec.schema import study_schema

    print_text(json.dumps(study_schema(), indent=1))


@app.command(epilog="Example: ablate init study.yaml")
def init(
    path: Annotated[Path, typer.Argument(help="The file to write.")] = Path("study.yaml"),
) -> None:
    """Write a commented study file to start from."""
    from ablate.cli.starter import write_starter

    write_starter(path)
    print_text(f"Wrote {path}. Next: ablate run {path}")


@app.command(epilog="Example: ablate ui studies/basenet.yaml --port 5001")
def ui(
    study: Annotated[
        Path | None, typer.Argument(help="Open at this study.", metavar="[STUDY.yaml]")
    ] = None,
    profile: Profile = None,
    store: StoreFolder = None,
    host: Annotated[
        str, typer.Option(help="Any other than 127.0.0.1 lets others in.")
    ] = LOCAL_HOST,
    port: Annotated[int, typer.Option(help="The port.")] = PORT,
    browser: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the first page in the web browser.")
    ] = False,
) -> None:
    """Browse the report and the runs in MLflow's own UI."""
    from ablate.cli.browsing import serve_ui

    if host not in (LOCAL_HOST, "localhost", "::1"):
        ERR.print(f"[yellow]warning:[/] {host}: everybody who reaches this port can change records")
    serve_ui(study, profile, store, host, port, browser)


comparing.add_commands(app)
controlling.add_commands(app)
exporting.add_commands(app)
upkeep.add_commands(app)
reporting.add_commands(app)
