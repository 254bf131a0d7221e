"""``ablate export`` and ``ablate predict``: using what a study has trained."""

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
    app.command(epilog="Example: ablate export studies/basenet.yaml 'Batch norm' --out model")(
        export
    )
    app.command(epilog="Example: ablate predict basenet-seed0 photos/ --out predictions.csv")(
        predict
    )


def export(
    study: StudyFile,
    row: Annotated[
        str | None, typer.Argument(help="A row's label (default: the best row by the verdicts).")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="This seed's network (default: the lowest finished seed).")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="The new folder [./STUDY-ROW-seedN].")
    ] = None,
    weights_only: Annotated[
        bool, typer.Option("--weights-only", help="No program, only weights and configuration.")
    ] = False,
    profile: Profile = None,
    settings: Settings = None,
    only: Only = None,
    store: StoreFolder = None,
    data: DataFolder = None,
) -> None:
    """Write a trained network as a folder that needs torch alone: program, weights, loader.

    The network is built anew, which executes the plugins that the study names.
    """
    from ablate.runner.exporting.choice import notes
    from ablate.runner.exporting.export import export as export_row

    opened = open_study(study, profile, settings, only, store, data)
    found = export_row(opened, row, seed=seed, out=out, weights_only=weights_only)
    choice = found.choice
    for note in notes(choice, named_row=row is not None, named_seed=seed is not None):
        ERR.print(note, markup=False, soft_wrap=True)
    print_text(f"exported {choice.trial.name} (run {choice.trial.run_id}) to {found.folder}")


def predict(
    model: Annotated[Path, typer.Argument(help="What 'ablate export' wrote.", metavar="FOLDER")],
    images: Annotated[list[Path], typer.Argument(help="Image files, or folders of them.")],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            help="A CSV file for classes [printed]; a folder for masks [./predictions].",
        ),
    ] = None,
    top: Annotated[int, typer.Option(help="So many classes of each image.", min=1)] = 1,
    device: Annotated[
        str | None, typer.Option(help="cpu or cuda:N (default: a GPU, if there is one).")
    ] = None,
) -> None:
    """Predict the classes, or the masks, of image files with an exported network.

    Images are decoded and resized as in training. Those that cannot be read are named and
    skipped; it then leaves with 1.
    """
    from ablate.cli.late_progress import late_progress
    from ablate.runner.predicting.predict import predict as predict_images

    with late_progress() as report:
        found = predict_images(model, images, out=out, top=top, device=device, report=report)
    if found.out is None:
        print_text(found.csv)
    else:
        count = "1 image" if found.images == 1 else f"{found.images} images"
        print_text(f"predicted {count}: {found.out}")
    for item in found.skipped:
        ERR.print(f"skipped {item.file.path}: {item.reason}", markup=False, soft_wrap=True)
    if found.skipped:
        raise typer.Exit(1)
