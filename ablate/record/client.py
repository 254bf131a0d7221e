"""MLflow's client, imported late, quiet, patient with other writers, and with ablate's errors."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from ablate.errors import RecordError

if TYPE_CHECKING:
    from mlflow import MlflowClient

    from ablate.record.store import Store

P = ParamSpec("P")
R = TypeVar("R")

#: Set before MLflow is imported; what the user has set stays.
ENVIRONMENT = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
}

#: Seconds between attempts while another program holds the database; each waits 20 s itself.
PAUSES = (0.5, 2.0, 8.0)

_LEVELS = {
    "alembic": logging.WARNING,
    "mlflow": logging.WARNING,
    "mlflow.store.db.utils": logging.CRITICAL,  # its errors reach us as exceptions
}


def prepare_mlflow() -> None:
    """Import MLflow without telemetry, progress bars and announcements. Takes about a second."""
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    import mlflow  # noqa: F401

    for name, level in _LEVELS.items():
        logging.getLogger(name).setLevel(level)


class Client:
    """The calls of MLflow's client that make what :mod:`ablate.record.run_writer` writes into.

    Raises:
        RecordError: (every method) MLflow refused, or another program held the database too long.
    """

    def __init__(self, store: Store) -> None:
        store.ensure()
        prepare_mlflow()
        from mlflow import MlflowClient

        self._database = store.database
        self._client: MlflowClient = self._call(MlflowClient, tracking_uri=store.tracking_uri)

    def create_experiment(self, name: str, location: Path, tags: Mapping[str, str]) -> str:
        """Make an experiment; its id."""
        return self._call(
            self._client.create_experiment,
            name,
            artifact_location=location.as_uri(),
            tags=dict(tags),
        )

    def tag_experiment(self, experiment_id: str, key: str, value: str) -> None:
        """Set one tag of an experiment."""
        self._call(self._client.set_experiment_tag, experiment_id, key, value)

    def create_run(
        self, experiment_id: str, name: str, start_ms: int, tags: Mapping[str, str]
    ) -> str:
        """Make a run in the state RUNNING; its id."""
        run = self._call(
            self._client.create_run,
            experiment_id,
            start_time=start_ms,
            tags=dict(tags),
            run_name=name,
        )
        return str(run.info.run_id)

    def _call(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        from mlflow.exceptions import MlflowException

        for pause in (*PAUSES, None):
            try:
                return function(*args, **kwargs)
            except MlflowException as error:
                if error.error_code != "TEMPORARILY_UNAVAILABLE" or pause is None:
                    raise RecordError(self._explained(error)) from error
                time.sleep(pause)
        raise AssertionError("the last attempt returns or raises")

    def _explained(self, error: Any) -> str:
        if error.error_code == "TEMPORARILY_UNAVAILABLE":
            return (
                f"the record store {self._database} cannot be written: {error.message}. "
                "Close programs that hold it, check the disk, and run the same command again"
            )
        return f"MLflow refused a record in {self._database}: {error.message}"


def source_tags() -> dict[str, str]:
    """MLflow's own tags: user, source, commit."""
    prepare_mlflow()
    from mlflow.tracking.context.registry import resolve_tags

    return {str(key): str(value) for key, value in resolve_tags().items()}
