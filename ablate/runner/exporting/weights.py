"""Where the weights of a finished trial lie."""

from __future__ import annotations

from pathlib import Path

from ablate.errors import RecordError
from ablate.files import hash_file
from ablate.record.reader import artifact_folder
from ablate.runner.exporting.choice import Choice
from ablate.runner.study import Study
from ablate.runner.upkeep.manifest import read_manifest
from ablate.spec.normalization_record import read_normalization
from ablate.spec.values import Normalization

WEIGHTS_FILE = "weights.safetensors"


def kept_files(study: Study, choice: Choice) -> Path:
    """The folder of the trial's artifacts, which holds its undamaged weights.

    Raises:
        RecordError: they were not kept, are damaged or not on this machine.
    """
    run_id = choice.trial.run_id
    folder = artifact_folder(study.store, run_id)
    weights = folder / WEIGHTS_FILE
    if not weights.is_file():
        raise RecordError(_not_kept(study, choice))
    try:
        manifest = read_manifest(folder)
    except ValueError as error:
        raise RecordError(f"run {run_id}: {error}. 'ablate verify' says more") from None
    entry = manifest.files.get(WEIGHTS_FILE) if manifest else None
    if entry is not None and entry.hash != hash_file(weights):
        raise RecordError(
            f"the weights of run {run_id} are damaged: {weights} has changed since it was recorded"
        )
    return folder


def recorded_normalization(folder: Path) -> Normalization:
    """How a trial normalised its images.

    Raises:
        RecordError: its artifacts do not say.
    """
    try:
        return read_normalization(folder)
    except ValueError as error:
        raise RecordError(
            f"how the trial normalised its images is not known: {error}. "
            "Export another seed, or delete the run in MLflow ('ablate ui') and train it anew"
        ) from None


def _not_kept(study: Study, choice: Choice) -> str:
    others = [
        str(trial.seed)
        for trial in choice.finished
        if (artifact_folder(study.store, trial.run_id) / WEIGHTS_FILE).is_file()
    ]
    kept = f" Seeds that still have theirs: {', '.join(others)} (--seed)." if others else ""
    return (
        f"the weights of {choice.trial.name} (run {choice.trial.run_id}) were not kept.{kept} 'keep' decides whose "
        "stay: to have these again, delete the run in MLflow ('ablate ui') and train it anew with "
        f"'ablate run {study.path} --keep all'"
    )
