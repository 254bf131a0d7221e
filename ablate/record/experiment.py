"""The MLflow experiment of one study, made when the first thing is written into it."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from ablate.errors import RecordError
from ablate.record import database, keys
from ablate.record.client import Client
from ablate.record.names import folder_name
from ablate.record.note import shortened
from ablate.record.reader import artifact_folder, experiment_id
from ablate.record.redact import redact_text
from ablate.record.store import Store


class Experiment:
    """The place of a study in a store; MLflow is imported only when :attr:`client` is used."""

    def __init__(self, store: Store, study: str, description: str = "") -> None:
        self.store = store
        self.study = study
        self._description = description
        self._folders: dict[str, Path] = {}

    @cached_property
    def client(self) -> Client:
        """MLflow's client, on a store that exists."""
        return Client(self.store)

    @cached_property
    def database(self) -> Path:
        """The store's database, seen to be one that can be written."""
        self.store.ensure()
        return self.store.database

    @cached_property
    def id(self) -> str:
        """The experiment's id; makes the experiment if there is none.

        Raises:
            RecordError: it cannot be made, or was deleted in MLflow.
        """
        return self.found() or self._create()

    def found(self) -> str | None:
        """The experiment's id, ``None`` if there is none yet."""
        return experiment_id(self.store, self.study)

    def artifacts(self, run_id: str) -> Path:
        """The folder of a run's artifacts."""
        if run_id not in self._folders:
            self._folders[run_id] = artifact_folder(self.store, run_id)
        return self._folders[run_id]

    def describe(self, markdown: str, whole: str) -> None:
        """Make a text the experiment's description, the first thing that the UI shows."""
        note = shortened(markdown, keys.MAX_EXPERIMENT_NOTE, whole)
        self.client.tag_experiment(self.id, keys.NOTE, note)

    def _create(self) -> str:
        client = self.client
        with self.store.locked():
            existing = self.found()
            if existing is not None:
                return existing
            self._refuse_if_deleted()
            note = shortened(
                redact_text(self._description), keys.MAX_EXPERIMENT_NOTE, "the study file"
            )
            return client.create_experiment(
                self.study,
                self.store.artifacts / folder_name(self.study),
                {keys.STUDY: self.study, keys.NOTE: note},
            )

    def _refuse_if_deleted(self) -> None:
        with database.reading(self.store.database) as connection:
            query = "SELECT experiment_id FROM experiments WHERE name = ?"
            row = connection.execute(query, (self.study,)).fetchone()
        if row is not None:
            raise RecordError(
                f"the experiment {self.study!r} was deleted in MLflow. Take it back with "
                f"'MLFLOW_TRACKING_URI={self.store.tracking_uri} mlflow experiments restore "
                f"--experiment-id {row[0]}', or give the study another name"
            )
