"""MLflow's client on a tracking server: short waits, no retries of its own, errors that say what to do."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from ablate.record import keys
from ablate.record.client import prepare_mlflow
from ablate.record.delivery.address import Address
from ablate.record.delivery.content import Content, Point
from ablate.record.delivery.errors import explained

if TYPE_CHECKING:
    from mlflow.entities import Experiment, Run

P = ParamSpec("P")
R = TypeVar("R")

#: Seconds that a server may take to answer, unless the user's environment says otherwise.
ANSWER_SECONDS = 10
#: A server answers an upload when it has stored it; bytes a second that the slowest one stores.
SLOWEST_STORAGE = 1 << 20

_PAGE = 1000
_TIMEOUT = "MLFLOW_HTTP_REQUEST_TIMEOUT"


class Server:
    """The calls that a delivery and a reader make.

    Raises:
        Unreachable: (every method) there was no answer, or one that says nothing about the request.
        Refused: (every method) the server does not take what it was given.
    """

    def __init__(self, address: Address) -> None:
        prepare_mlflow()
        from mlflow import MlflowClient

        self.address = address
        self._client = MlflowClient(tracking_uri=address.uri)

    def experiment(self, name: str) -> Experiment | None:
        """The experiment of that name, deleted or not."""
        return self._call(self._client.get_experiment_by_name, name)

    def create_experiment(self, name: str) -> None:
        """Make an experiment."""
        self._call(self._client.create_experiment, name)

    def tag_experiment(self, experiment_id: str, key: str, value: str) -> None:
        """Set one tag of an experiment."""
        self._call(self._client.set_experiment_tag, experiment_id, key, value)

    def runs(self, experiment_id: str, *, deleted: bool = False) -> Iterator[Run]:
        """The runs of an experiment, by pages; with ``deleted`` also those in the bin."""
        from mlflow.entities import ViewType

        view = ViewType.ALL if deleted else ViewType.ACTIVE_ONLY
        token: str | None = None
        while True:
            page = self._call(
                self._client.search_runs,
                [experiment_id],
                run_view_type=view,
                max_results=_PAGE,
                page_token=token,
            )
            yield from page
            token = page.token
            if not token:
                return

    def run(self, run_id: str) -> Run:
        """One run, deleted or not."""
        return self._call(self._client.get_run, run_id)

    def history(self, run_id: str, metric: str) -> list[Point]:
        """Every stored value of a metric."""
        found = self._call(self._client.get_metric_history, run_id, metric)
        return [(item.key, item.value, item.timestamp, item.step) for item in found]

    def create_run(self, experiment_id: str, content: Content) -> Run:
        """Make a run with the name, start and tags of a local one, whose id is a tag from its first moment."""
        return self._call(
            self._client.create_run,
            experiment_id,
            start_time=content.start_ms,
            tags={**content.tags, keys.LOCAL_RUN: content.stamp.run_id},
            run_name=content.stamp.name,
        )

    def delete_run(self, run_id: str) -> None:
        """Put a run into the bin, marked as one that another takes the place of."""
        self.tag(run_id, keys.REPLACED, "true")
        self._call(self._client.delete_run, run_id)

    def rename(self, run_id: str, name: str) -> None:
        """Give a run another name."""
        self._call(self._client.update_run, run_id, name=name)

    def reopen(self, run_id: str) -> None:
        """Put a run back to RUNNING."""
        self._call(self._client.update_run, run_id, status="RUNNING")

    def end(self, run_id: str, state: str, end_ms: int) -> None:
        """Give a run its terminal state."""
        self._call(self._client.set_terminated, run_id, state, end_time=end_ms)

    def log(
        self,
        run_id: str,
        points: Iterable[Point],
        params: Mapping[str, str],
        tags: Mapping[str, str],
    ) -> None:
        """Add metrics, parameters and tags; what is there already stays once."""
        from mlflow.entities import Metric, Param, RunTag

        self._call(
            self._client.log_batch,
            run_id,
            metrics=[Metric(*point) for point in points],
            params=[Param(key, value) for key, value in params.items()],
            tags=[RunTag(key, value) for key, value in tags.items()],
        )

    def tag(self, run_id: str, key: str, value: str) -> None:
        """Set one tag of a run."""
        self._call(self._client.set_tag, run_id, key, value)

    def delete_tag(self, run_id: str, key: str) -> None:
        """Remove one tag of a run."""
        self._call(self._client.delete_tag, run_id, key)

    def use_datasets(self, run_id: str, datasets: Iterable[tuple[str, str, str, str]]) -> None:
        """Name the data sets of a run, given as (name, digest, type of source, source)."""
        from mlflow.entities import Dataset, DatasetInput

        inputs = [DatasetInput(dataset=Dataset(*dataset)) for dataset in datasets]
        self._call(self._client.log_inputs, run_id, inputs)

    def upload(self, run_id: str, file: Path, folder: str) -> None:
        """Store a file below the folder of a run's artifacts, in place of one of that name."""
        seconds = _answer_seconds() + file.stat().st_size // SLOWEST_STORAGE
        with _environment({_TIMEOUT: str(seconds)}):
            self._call(self._client.log_artifact, run_id, str(file), folder or None)

    def download(self, run_id: str, name: str) -> bytes | None:
        """The content of one artifact; ``None`` if the run has none of that name."""
        folder = name.rpartition("/")[0]
        found = self._call(self._client.list_artifacts, run_id, folder or None)
        if name not in {item.path for item in found}:
            return None
        with TemporaryDirectory() as place:
            file = self._call(self._client.download_artifacts, run_id, name, place)
            return Path(file).read_bytes()

    def _call(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        with explained(self.address.uri):
            return function(*args, **kwargs)


@contextmanager
def connecting(address: Address) -> Iterator[None]:
    """Set what MLflow reads from the environment at each request, and put it back afterwards.

    MLflow repeats a request that had no answer, even one that makes a run: the repeating is ours.
    """
    wanted = {_TIMEOUT: str(_answer_seconds()), "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0"}
    with _environment({**wanted, **address.credentials}):
        yield


def _answer_seconds() -> int:
    return int(os.environ.get(_TIMEOUT, str(ANSWER_SECONDS)))


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
