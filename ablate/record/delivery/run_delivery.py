"""One run brought to a server: whatever it lacks, in an order in which any part may be the last before a crash.

MLflow takes no metric and no parameter back. Where the server holds what the local run does not (an abandoned attempt,
whose epochs were taken back here), or another start, its run goes into the bin and the local one is delivered anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from ablate.record import keys
from ablate.record.delivery.content import (
    TERMINAL,
    Content,
    Point,
    files_digest,
    files_of,
    points_digest,
)
from ablate.record.delivery.errors import Refused
from ablate.record.delivery.ledger import Entry
from ablate.record.delivery.server import Server

if TYPE_CHECKING:
    from mlflow.entities import Run

_OURS_AT_SERVER = (keys.LOCAL_RUN, keys.DELIVERED, keys.REPLACED)
_OURS = "ablate."
_PROXIED = "mlflow-artifacts:"


def deliver_run(server: Server, experiment: str, content: Content, entry: Entry | None) -> Entry:
    """Bring one run to an experiment of the server.

    ``entry`` names the run it already has there, with what is known of it; ``None`` if it has none.

    Raises:
        Unreachable: the server did not answer; what was delivered stays, the rest waits.
        Refused: the server does not take something.
    """
    run = _present(server, entry)
    if entry is not None and (run is None or run.info.lifecycle_stage != "active"):
        return Entry(entry.server_run, content.stamp.digest, deleted=True)
    points = () if run is None else _lacking(server, run, content, entry)
    if run is not None and (points is None or _contradicts(run, content)):
        server.delete_run(run.info.run_id)
        run, points, entry = None, (), None
    if run is None:
        run, points = server.create_run(experiment, content), content.metrics
    _add(server, run, content, points or ())
    files = (
        _end(server, run, content, entry) if content.stamp.ended else (entry.files if entry else "")
    )
    return Entry(
        server_run=run.info.run_id,
        digest=content.stamp.digest,
        points=len(content.metrics),
        points_digest=points_digest(content.metrics),
        files=files,
    )


def _present(server: Server, entry: Entry | None) -> Run | None:
    if entry is None:
        return None
    try:
        return server.run(entry.server_run)
    except Refused as error:
        if error.missing:
            return None
        raise


def _lacking(
    server: Server, run: Run, content: Content, entry: Entry | None
) -> tuple[Point, ...] | None:
    """The metrics that the server lacks; ``None`` if it has some that the local run has not."""
    metrics = content.metrics
    if entry is not None and entry.points is not None:
        known = metrics[: entry.points]
        if len(known) == entry.points and points_digest(known) == entry.points_digest:
            return metrics[entry.points :]
    there = {
        _exact(point) for key in run.data.metrics for point in server.history(run.info.run_id, key)
    }
    here = {_exact(point): point for point in metrics}
    if there - here.keys():
        return None
    return tuple(point for exact, point in here.items() if exact not in there)


def _exact(point: Point) -> tuple[str, str, int, int]:
    """A metric that equals itself, also where it is NaN."""
    key, value, time_ms, step = point
    return (key, float(value).hex(), time_ms, step)


def _contradicts(run: Run, content: Content) -> bool:
    params = run.data.params.items()
    return run.info.start_time != content.start_ms or not params <= content.params.items()


def _add(server: Server, run: Run, content: Content, points: Iterable[Point]) -> None:
    run_id, present = run.info.run_id, run.data.tags
    if run.info.status in TERMINAL and not content.stamp.ended:
        server.reopen(run_id)
    if run.info.run_name != content.stamp.name:
        server.rename(run_id, content.stamp.name)
    params = {key: text for key, text in content.params.items() if key not in run.data.params}
    tags = {key: text for key, text in content.tags.items() if present.get(key) != text}
    tags.pop(keys.RUN_NAME, None)
    if params or tags or points:
        server.log(run_id, points, params, tags)
    for key in present.keys() - content.tags.keys():
        if key.startswith(_OURS) and key not in _OURS_AT_SERVER:
            server.delete_tag(run_id, key)
    if content.datasets and _datasets(run) != {dataset[:2] for dataset in content.datasets}:
        server.use_datasets(run_id, content.datasets)


def _datasets(run: Run) -> set[tuple[str, ...]]:
    used = run.inputs.dataset_inputs if run.inputs else []
    return {(item.dataset.name, item.dataset.digest) for item in used}


def _end(server: Server, run: Run, content: Content, entry: Entry | None) -> str:
    """Artifacts, that all is there, and last the terminal state; the digest of the artifacts."""
    run_id = run.info.run_id
    files = files_of(content)
    digest = files_digest(content, files)
    if entry is None or entry.files != digest:
        _upload(server, run, content.artifacts, files)
    server.tag(run_id, keys.DELIVERED, content.stamp.digest)
    server.end(run_id, content.stamp.state, content.end_ms or content.start_ms)
    return digest


def _upload(server: Server, run: Run, artifacts: Path, files: list[Path]) -> None:
    where = run.info.artifact_uri or ""
    if files and not where.startswith(_PROXIED):
        raise Refused(
            f"the tracking server keeps artifacts at {where}, which only its own machine or its users' credentials "
            "reach. Start it with --artifacts-destination, so that it takes them itself"
        )
    for file in files:
        folder = file.parent.relative_to(artifacts).as_posix()
        server.upload(run.info.run_id, file, "" if folder == "." else folder)
