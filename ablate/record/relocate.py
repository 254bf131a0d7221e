"""Artifacts are found again after the store was moved: MLflow stores where they are as absolute paths."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from ablate.errors import RecordError
from ablate.record import database


def local_path(uri: str) -> Path | None:
    """The folder of an artifact location; ``None`` if it is not on this machine's disks."""
    parts = urlsplit(uri)
    if parts.scheme == "file":
        return Path(unquote(parts.path))
    return Path(unquote(uri)) if uri.startswith("/") else None


def present_folder(uri: str, artifacts: Path) -> Path:
    """Where a run's artifacts are now, also when the store was moved and not opened for writing since.

    Raises:
        RecordError: the artifacts are not on this machine.
    """
    stored = local_path(uri)
    if stored is None:
        raise RecordError(
            f"the artifacts are at {uri}, not on this machine. Download them with 'mlflow artifacts'"
        )
    if stored.exists() or stored.is_relative_to(artifacts):
        return stored
    moved = artifacts.joinpath(*stored.parts[-3:])  # <study>/<run>/artifacts
    return moved if moved.exists() else stored


def mend(path: Path, artifacts: Path) -> int:
    """Point the experiments whose folder is gone to the same folder of this store.

    Folders that still exist stay as they are: the store is then a copy, and its artifacts are there.

    Returns:
        How many experiments were moved.
    """
    moves = _moves(path, artifacts)
    if not moves:
        return 0
    with database.writing(path) as connection:
        for experiment, old, new in moves:
            connection.execute(
                "UPDATE experiments SET artifact_location = ? WHERE experiment_id = ?",
                (new, experiment),
            )
            for table, column in (("runs", "artifact_uri"), ("logged_models", "artifact_location")):
                connection.execute(
                    f"UPDATE {table} SET {column} = ? || substr({column}, ?)"  # noqa: S608
                    f" WHERE experiment_id = ? AND substr({column}, 1, ?) = ?",
                    (new, len(old) + 1, experiment, len(old) + 1, f"{old}/"),
                )
    return len(moves)


def _moves(path: Path, artifacts: Path) -> list[tuple[int, str, str]]:
    with database.reading(path) as connection:
        rows = connection.execute(
            "SELECT experiment_id, artifact_location FROM experiments"
        ).fetchall()
    found = []
    for experiment, old in rows:
        folder = local_path(old or "")
        if folder is None or PurePosixPath(folder).parent.name != artifacts.name:
            continue
        if folder.parent != artifacts and not folder.exists():
            found.append((experiment, old, (artifacts / folder.name).as_uri()))
    return found
