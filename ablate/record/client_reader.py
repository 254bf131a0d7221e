"""The same rows by MLflow's client: for tables whose layout the fast reader does not know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ablate.record import keys, schema
from ablate.record.client import prepare_mlflow
from ablate.record.rows import RunRow
from ablate.record.store import Store

if TYPE_CHECKING:
    from mlflow.entities import Run

_PAGE = 1000


def trial_runs(store: Store, study: str) -> list[RunRow]:
    """Every trial of a study that was not deleted.

    Raises:
        RecordError: the installed MLflow cannot open the store without changing it.
    """
    schema.check(store.database)
    prepare_mlflow()
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=store.tracking_uri)
    experiment = client.get_experiment_by_name(study)
    if experiment is None or experiment.lifecycle_stage != "active":
        return []
    rows: list[RunRow] = []
    token: str | None = None
    while True:
        page = client.search_runs([experiment.experiment_id], max_results=_PAGE, page_token=token)
        rows += [row_of(run) for run in page if keys.IDENTITY in run.data.tags]
        token = page.token
        if not token:
            return rows


def row_of(run: Run) -> RunRow:
    """A run of MLflow's client as a row."""
    return RunRow(
        run_id=run.info.run_id,
        name=run.info.run_name or "",
        state=run.info.status,
        start_ms=run.info.start_time or 0,
        tags=run.data.tags,
        params=run.data.params,
        metrics={
            key: value
            for key, value in run.data.metrics.items()
            if key.startswith(keys.SUMMARY_PREFIXES)
        },
    )
