"""The tables of MLflow: created once, never migrated by us."""

from __future__ import annotations

import importlib.metadata
import sqlite3
from pathlib import Path

from ablate.errors import RecordError
from ablate.record import database

#: The revision of the tables (alembic's) that MLflow 3.17 makes, and that the fast reader knows.
KNOWN_REVISION = "dc11669786a5"
KNOWN_MLFLOW = "3.17."


def sqlite_uri(path: Path) -> str:
    """MLflow's address of a database file.

    Raises:
        RecordError: the path holds a character that no such address can hold.
    """
    refused = [character for character in "?%" if character in str(path)]
    if refused:
        raise RecordError(
            f"MLflow cannot open a store below {str(path.parent)!r}: '{refused[0]}' in a path. "
            "Rename the folder, or name another one for the records"
        )
    return f"sqlite:///{path}"


def revision(path: Path) -> str | None:
    """The revision of a database's tables, ``None`` if it has none of MLflow's.

    Raises:
        RecordError: the file cannot be read.
    """
    with database.reading(path) as connection:
        return revision_of(connection)


def revision_of(connection: sqlite3.Connection) -> str | None:
    """As :func:`revision`, of an open database."""
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'alembic_version'"
    if connection.execute(query).fetchone() is None:
        return None
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else None


def create(path: Path, artifacts: Path) -> None:
    """Make the tables in a new file; other processes see the file only when it is complete.

    MLflow's own creation breaks when several processes do it at once: hold the store's lock.
    """
    from ablate.record.client import prepare_mlflow

    prepare_mlflow()
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    draft = path.with_name(f"{path.name}.draft")
    for leftover in (draft, draft.with_name(f"{draft.name}-journal")):
        leftover.unlink(missing_ok=True)
    made = SqlAlchemyStore(sqlite_uri(draft), artifacts.as_uri())  # type: ignore[no-untyped-call]
    made.engine.dispose()
    draft.replace(path)


def check(path: Path) -> None:
    """Make sure that the installed MLflow can open the database without changing its tables.

    Raises:
        RecordError: another version of MLflow made it; the text says what to do.
    """
    found = revision(path)
    if found == KNOWN_REVISION and _mlflow_version().startswith(KNOWN_MLFLOW):
        return
    expected, older = _installed_revisions()
    if found == expected:
        return
    raise RecordError(_mismatch(path, found, known=found in older))


def _mismatch(path: Path, found: str | None, *, known: bool) -> str:
    installed = f"MLflow {_mlflow_version()}"
    if found is None:
        return f"{path} is not a database of MLflow. Move it away, or name another folder"
    if known:
        return (
            f"{path} was made by an older MLflow (tables {found}) than the installed {installed}. "
            f"Copy the file, then run: mlflow db upgrade {sqlite_uri(path)}"
        )
    return (
        f"{path} was made by a newer MLflow (tables {found}) than the installed {installed}. "
        "Install the version that made it, or name another folder; it cannot be taken back"
    )


def _installed_revisions() -> tuple[str, frozenset[str]]:
    """The revision that the installed MLflow makes, and all those before it."""
    from ablate.record.client import prepare_mlflow

    prepare_mlflow()
    from alembic.script import ScriptDirectory
    from mlflow.store.db.utils import _get_alembic_config

    config = _get_alembic_config(db_url="")  # type: ignore[no-untyped-call]
    scripts = ScriptDirectory.from_config(config)
    head = scripts.get_current_head() or ""
    return head, frozenset(script.revision for script in scripts.walk_revisions())


def _mlflow_version() -> str:
    return importlib.metadata.version("mlflow")
