"""``ablate compare``: two studies, two rows or two runs."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ablate.cli.options import DataFolder, Profile, Settings, StoreFolder, open_study
from ablate.cli.printing import print_text

if TYPE_CHECKING:
    from ablate.runner.compared import StudyRef
    from ablate.runner.study import Study

Things = Annotated[
    list[str],
    typer.Argument(
        metavar="A B",
        help="Two study files; two rows as STUDY.yaml:ROW, or STUDY.yaml ROW ROW; two run ids.",
    ),
]
OtherProfile = Annotated[
    str | None, typer.Option("--profile-b", help="Another profile of B (default: that of A).")
]
OtherSettings = Annotated[
    list[str] | None,
    typer.Option("--set-b", metavar="KEY=VALUE", help="As --set, for B alone; may be repeated."),
]
OutFolder = Annotated[
    Path | None,
    typer.Option("--out", "-o", metavar="FOLDER", help="Write compare.md and pictures there."),
]


def add_commands(app: typer.Typer) -> None:
    """Add the command of this module to the application."""
    app.command(epilog="Example: ablate compare studies/basenet.yaml baseline 'Batch norm'")(
        compare
    )


def compare(
    things: Things,
    profile: Profile = None,
    settings: Settings = None,
    profile_b: OtherProfile = None,
    settings_b: OtherSettings = None,
    store: StoreFolder = None,
    data: DataFolder = None,
    out: OutFolder = None,
) -> None:
    """Show what differs between two studies, rows or runs: configuration, metrics, classes, pictures."""
    from ablate.record.store import Store
    from ablate.report.markdown_document import render_markdown_document
    from ablate.runner.compared import read_refs
    from ablate.runner.comparing import compare as compare_two
    from ablate.runner.comparing import write_comparison

    def opened(profile: str | None, settings: list[str], ref: StudyRef) -> Study:
        return open_study(ref.file, profile, settings, None, store, data)

    shared = settings or []
    openers = (
        partial(opened, profile, shared),
        partial(opened, profile_b or profile, [*shared, *(settings_b or [])]),
    )
    records = Store((store or Path(os.environ.get("ABLATE_STORE") or "mlruns")).absolute())
    document = compare_two(read_refs(things), openers, records, draw=out is not None)
    if out is None:
        print_text(render_markdown_document(document))
    else:
        print_text(f"wrote {write_comparison(document, out)}")
