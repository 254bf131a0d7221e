"""``ablate diff``, ``ablate verify`` and ``ablate gc``: looking after what is recorded."""

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
from ablate.cli.printing import print_text
from ablate.record.store import Store

MaybeStudy = Annotated[Path | None, typer.Argument(help="Only this study.", metavar="[STUDY.yaml]")]


def add_commands(app: typer.Typer) -> None:
    """Add the commands of this module to the application."""
    app.command(epilog="Example: ablate diff studies/basenet.yaml")(diff)
    app.command(epilog="Example: ablate verify studies/basenet.yaml")(verify)
    app.command(epilog="Example: ablate gc studies/basenet.yaml --keep best --dry-run")(gc)


def diff(
    study: StudyFile,
    profile: Profile = None,
    settings: Settings = None,
    only: Only = None,
    store: StoreFolder = None,
    data: DataFolder = None,
) -> None:
    """Say of each trial without a result why it counts as new; and what the plan no longer has."""
    from ablate.runner.upkeep.difference import difference

    found = difference(open_study(study, profile, settings, only, store, data))
    for item in found.new:
        print_text(str(item))
    if not found.new:
        print_text("every trial is recorded")
    if found.removed:
        count = "1 trial" if len(found.removed) == 1 else f"{len(found.removed)} trials"
        print_text(f"removed rows stay in the store: {count}")
        for name in found.removed:
            print_text(f"  {name}")


def verify(
    study: MaybeStudy = None,
    profile: Profile = None,
    settings: Settings = None,
    store: StoreFolder = None,
    data: DataFolder = None,
) -> None:
    """Name everything that is missing or damaged in the records; every file is read.

    Leaves with 1 if anything is.
    """
    from ablate.runner.upkeep.verify import verify_store, verify_study

    if study is None:
        found = verify_store(_store(store))
    else:
        found = verify_study(open_study(study, profile, settings, None, store, data))
    for damage in found.damages:
        print_text(str(damage))
    runs = "1 run" if found.runs == 1 else f"{found.runs} runs"
    if found.damages:
        count = len(found.damages)
        print_text(f"{runs}, {count} {'damage' if count == 1 else 'damages'}")
        raise typer.Exit(1)
    print_text(f"{runs}: nothing is missing or damaged")


def gc(
    study: MaybeStudy = None,
    profile: Profile = None,
    settings: Settings = None,
    store: StoreFolder = None,
    data: DataFolder = None,
    keep: Annotated[
        str | None,
        typer.Option(
            help="Also drop weights: best keeps those of reference and best rows, or none."
        ),
    ] = None,
    cache: Annotated[
        bool, typer.Option("--cache", help="Also decoded data that no record uses.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would go, and delete nothing.")
    ] = False,
) -> None:
    """Free disk space: folders of recorded trials, runs deleted in MLflow, weights, decoded data.

    A study that is running is left alone.
    """
    from ablate.data.place import default_place
    from ablate.runner.upkeep.garbage import collect_garbage
    from ablate.runner.upkeep.keep import parse_keep
    from ablate.runner.upkeep.space import show_bytes

    opened = open_study(study, profile, settings, None, store, data) if study else None
    place = opened.place if opened else default_place(data, Path())
    found = collect_garbage(
        opened.store if opened else _store(store),
        opened,
        keep=parse_keep(keep) if keep else None,
        cache=place.cache if cache else None,
        dry_run=dry_run,
    )
    for waste in found.wastes:
        print_text(f"{waste.path}: {show_bytes(waste.bytes)}, {waste.what}")
    for name in found.running:
        print_text(f"{name} is running and was left alone")
    total = show_bytes(sum(waste.bytes for waste in found.wastes))
    print_text(f"{'would free' if dry_run else 'freed'} {total}")


def _store(folder: Path | None) -> Store:
    return Store((folder or Path("mlruns")).absolute())
