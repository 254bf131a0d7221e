"""Studies whose trials are recorded without training them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol

import numpy as np
import pytest
from safetensors.numpy import save_file

from ablate.events import EventWriter
from ablate.plan.types import Trial
from ablate.record import Store
from ablate.record.mlflow_recorder import MlflowRecorder
from ablate.results import EpochMetrics, Event, Failed, Finished, Started
from ablate.runner.cards import trial_card
from ablate.runner.identities import fingerprints
from ablate.runner.observers import Recording
from ablate.runner.study import Study
from ablate.schedule.job import Job, Outcome, Slot

from ..conftest import TEXT, StudyOf  # noqa: TID252

__all__ = ["ROWS", "TEXT", "Record", "StudyOf", "artifacts_of"]

ROWS = """\
  parts:
    design: cumulative
    rows:
      Batch norm: {model.batch_norm: true}
      Wider: {model.hidden: [24]}
"""


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = Store(tmp_path_factory.mktemp("template") / "mlruns")
    store.ensure()
    return store.database


class Record(Protocol):
    def __call__(
        self,
        study: Study,
        values: Mapping[str, float] = ...,
        trials: Iterable[Trial] | None = None,
        end: Failed | None = None,
    ) -> None: ...


@pytest.fixture
def record(template: Path) -> Record:
    """Records trials of a study (all by default); ``values`` maps a condition's name to its accuracy."""

    def recorded(
        study: Study,
        values: Mapping[str, float] = {},
        trials: Iterable[Trial] | None = None,
        end: Failed | None = None,
    ) -> None:
        if not study.store.exists:
            study.store.root.mkdir(parents=True, exist_ok=True)
            shutil.copy(template, study.store.database)
        prints = fingerprints(study.plan, study.place)
        for trial in study.plan.trials if trials is None else trials:
            identity = study.identities[trial]
            card = trial_card(study.plan, trial, identity, prints[trial.condition], {})
            value = values.get(study.plan.conditions[trial.condition].name, 0.5)
            job = Job(identity, trial.name, study.store.trials / study.plan.study / identity)
            events = _events(value, end)
            _write_folder(job, events)
            recording = Recording(
                MlflowRecorder(study.store, study.plan.study), {identity: card}, "val"
            )
            recording.started(job, Slot(0))
            for event in events:
                if isinstance(event, Started | EpochMetrics):
                    recording.event(job, event)
                else:
                    recording.ended(Outcome(job, Slot(0), event, 1, 1.0))

    return recorded


def _events(value: float, end: Failed | None) -> list[Event]:
    metrics = {"val/accuracy": value}
    epochs = [EpochMetrics(number, 1000 * number, metrics) for number in (1, 2)]
    measured = {"duration_s": 1.0, "epochs_run": 2, "parameters": 1000}
    finished = Finished(3000, metrics, metrics, measured, ("a", "b"))
    return [Started(500, "cpu", 1000, 1000, 2), *epochs, end or finished]


def _write_folder(job: Job, events: list[Event]) -> None:
    artifacts = job.folder / "artifacts"
    (artifacts / "confusion").mkdir(parents=True)
    (artifacts / "model.txt").write_text("a network\n")
    content = {"classes": ["a", "b"], "counts": [[1, 2], [3, 4]]}
    (artifacts / "confusion" / "test.json").write_text(json.dumps(content))
    save_file({"w": np.zeros(1000, np.float32)}, artifacts / "weights.safetensors")
    writer = EventWriter(job.events_file)
    for event in events:
        writer.write(event)
    writer.close()


def artifacts_of(study: Study, name: str) -> Path:
    """The folder of artifacts of the trial with this name."""
    (run,) = [item for item in study.recorded() if item.name == name]
    return study.store.artifacts / study.plan.study / run.run_id / "artifacts"
