"""The record of every trial: written to MLflow by the driver, read back without MLflow.

Importing this package and reading results does not import MLflow; the first thing written does.
"""

from ablate.record.card import TrialCard
from ablate.record.memory import MemoryRecorder, MemoryStore
from ablate.record.mlflow_recorder import MlflowRecorder
from ablate.record.reader import (
    artifact_folder,
    artifact_path,
    experiment_id,
    find_finished,
    read_results,
    read_run,
)
from ablate.record.recorder import Recorder
from ablate.record.store import Store
from ablate.record.ui import experiment_link, run_link, ui_command

__all__ = [
    "MemoryRecorder",
    "MemoryStore",
    "MlflowRecorder",
    "Recorder",
    "Store",
    "TrialCard",
    "artifact_folder",
    "artifact_path",
    "experiment_id",
    "experiment_link",
    "find_finished",
    "read_results",
    "read_run",
    "run_link",
    "ui_command",
]
