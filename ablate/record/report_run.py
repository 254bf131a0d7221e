"""The study's table where people look first: the experiment's description, and one run that holds its files."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from ablate.files import hash_file, hash_value
from ablate.record import database, keys, tables
from ablate.record.artifacts import put
from ablate.record.experiment import Experiment
from ablate.record.names import relative_name
from ablate.record.note import shortened
from ablate.record.redact import redact_text
from ablate.record.rows import RunRow
from ablate.record.run_writer import changing
from ablate.record.views import Outline, write_views

NAME = "report"
_WHOLE = f"everything is in the artifacts of the run '{NAME}'"


def write_report(
    experiment: Experiment,
    markdown: str,
    files: Mapping[str, bytes | Path],
    time_ms: int,
    outline: Outline | None = None,
) -> str:
    """Show ``markdown``, keep ``files``, prepare views; nothing happens if they are there already.

    Returns:
        The id of the report's run.

    Raises:
        RecordError: a file name leads outside, or something cannot be written.
    """
    markdown = redact_text(markdown)
    names = {name: relative_name(name) for name in files}
    content = _content_hash(markdown, files)
    run = _find(experiment)
    if run is not None and run.tags.get(keys.REPORT_HASH) == content and run.state == "FINISHED":
        _prepare(experiment, outline)
        return run.run_id
    run_id = _open(experiment, run, time_ms)
    folder = experiment.artifacts(run_id)
    for name, path in names.items():
        put(folder / path, files[name])
    experiment.describe(markdown, _WHOLE)
    _prepare(experiment, outline)
    note = shortened(markdown, keys.MAX_RUN_NOTE, "everything is in the artifacts below")
    with changing(experiment.database, run_id) as change:
        change.tags({keys.NOTE: note, keys.REPORT_HASH: content})
        change.end("FINISHED", time_ms)
    return run_id


def _prepare(experiment: Experiment, outline: Outline | None) -> None:
    if outline is not None:
        write_views(experiment, outline)


def _find(experiment: Experiment) -> RunRow | None:
    experiment_id = experiment.found()
    if experiment_id is None:
        return None
    with database.reading(experiment.store.database) as connection:
        return tables.report_run(connection, experiment_id)


def _open(experiment: Experiment, run: RunRow | None, time_ms: int) -> str:
    if run is None:
        tags = {keys.KIND: keys.REPORT, keys.STUDY: experiment.study}
        return experiment.client.create_run(experiment.id, NAME, time_ms, tags)
    with changing(experiment.database, run.run_id) as change:
        change.reopen(NAME)
        # The UI lists the newest run first, and the report is what one wants to see first.
        change.restart(time_ms)
    return run.run_id


def _content_hash(markdown: str, files: Mapping[str, bytes | Path]) -> str:
    return hash_value([markdown, {name: _file_hash(content) for name, content in files.items()}])


def _file_hash(content: bytes | Path) -> str:
    if isinstance(content, Path):
        return hash_file(content)
    return hashlib.blake2b(content, digest_size=16).hexdigest()
