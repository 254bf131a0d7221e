"""A study's whole report: from its records to a folder, and into MLflow."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ablate import __version__
from ablate.errors import RecordError, UsageError
from ablate.files import hash_file, write_bytes
from ablate.record.inventory import recorded_runs
from ablate.record.reader import experiment_id
from ablate.record.ui import run_link
from ablate.report.document_files import document_files
from ablate.report.sections import Material, study_document
from ablate.report.sections.whole import Progress
from ablate.runner.cards import config_yaml
from ablate.runner.importances import with_importances
from ablate.runner.outline import outline
from ablate.runner.study import Study
from ablate.runner.tables import table
from ablate.schedule.lock import study_lock

#: Where MLflow's UI stands by default.
_UI = "http://127.0.0.1:5000"
#: The file that shows that a folder holds a report.
_MARK = "report.md"


def make_report(
    study: Study, progress: Progress | None = None, *, photos: bool = True
) -> dict[str, bytes]:
    """The report of what is recorded of a study by now: names of files to contents.

    Without ``photos`` no image of the data is in it, masks alone.

    Raises:
        RecordError: nothing is recorded, or it cannot be read.
    """
    results = study.results()
    if not len(results):
        raise RecordError(
            f"nothing is recorded of {study.plan.study!r} in {study.store.root}. "
            f"'ablate run {study.path}' trains it; --store names another folder of records"
        )
    runs = {run.row.run_id: run for run in recorded_runs(study.store, study.plan.study)}
    experiment = experiment_id(study.store, study.plan.study) or ""
    material = Material(
        plan=study.plan,
        results=results,
        searches=with_importances(study.searches(), study.store),
        layout=study.layout,
        curves=study.records.curves,
        folders={key: run.artifacts for key, run in runs.items() if run.artifacts is not None},
        tags={
            trial.run_id: runs[trial.run_id].row.tags for trial in results if trial.run_id in runs
        },
        link=lambda run_id: run_link(_UI, experiment, run_id),
        source=_source(study),
        configuration=config_yaml(study.plan.example),
        photos=photos,
    )
    return document_files(study_document(material, progress))


def check_folder(folder: Path) -> None:
    """Refuse a folder of something else, before a report is made for it.

    Raises:
        UsageError: the folder holds something that is no report.
    """
    if folder.exists() and not _may_write(folder):
        raise UsageError(
            f"{folder} holds something that is no report (no {_MARK}). Name another folder with --out"
        )


def write_report(files: Mapping[str, bytes], folder: Path) -> None:
    """Write the files of a report; those of an earlier one that are not among them are removed.

    Raises:
        UsageError: the folder holds something that is no report.
        OSError: it cannot be written.
    """
    check_folder(folder)
    for name, content in files.items():
        write_bytes(folder / name, content)
    for part in ("figures", "tables"):
        for left in (folder / part).glob("*"):
            if f"{part}/{left.name}" not in files:
                left.unlink()


def publish_report(study: Study, files: Mapping[str, bytes]) -> None:
    """Keep the files of a report beside the tables, in the artifacts of the study's report run.

    Raises:
        AlreadyRunning: a process runs the study; it alone writes its records.
        RecordError: the store cannot be written.
    """
    from ablate.record.mlflow_recorder import (
        MlflowRecorder,  # it imports MLflow, which takes seconds
    )

    markdown = table(study)
    kept: dict[str, bytes | Path] = {f"report/{name}": content for name, content in files.items()}
    kept |= {"table.md": markdown.encode(), "table.csv": table(study, "csv").encode()}
    with study_lock(study.lock):
        recorder = MlflowRecorder(study.store, study.plan.study, study.plan.description)
        recorder.report(markdown, kept, outline(study))


def _may_write(folder: Path) -> bool:
    return folder.is_dir() and ((folder / _MARK).is_file() or not any(folder.iterdir()))


def _source(study: Study) -> Mapping[str, str]:
    """The study file by its name and its bytes; not where it lies, which differs from machine to machine."""
    named = f"{study.path.name} ({hash_file(study.path)})"
    profile = {"Profile": study.profile} if study.profile else {}
    return {"Study file": named, **profile, "ablate": __version__}
