from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ablate.errors import RecordError
from ablate.record import Store, schema


def test_the_known_revision_is_the_one_mlflow_makes(template: Path) -> None:
    assert schema.revision(template) == schema.KNOWN_REVISION
    assert schema._installed_revisions()[0] == schema.KNOWN_REVISION


def test_a_store_of_this_version_is_accepted(store: Store) -> None:
    schema.check(store.database)


def test_a_known_revision_is_compared_with_the_mlflow_that_is_installed(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "_mlflow_version", lambda: "3.16.0")
    older = frozenset({"aaaa"})
    monkeypatch.setattr(schema, "_installed_revisions", lambda: ("aaaa", older))
    with pytest.raises(
        RecordError, match=r"made by a newer MLflow .* than the installed MLflow 3\.16"
    ):
        schema.check(store.database)


def test_a_newer_store_is_refused_and_left_alone(store: Store, rows: Callable[..., Any]) -> None:
    rows("UPDATE alembic_version SET version_num = 'ffffffffffff'")
    before = store.database.read_bytes()
    with pytest.raises(
        RecordError, match=r"newer MLflow \(tables ffffffffffff\).*Install the version"
    ):
        store.ensure()
    assert store.database.read_bytes() == before


def test_an_older_store_is_refused_with_the_command(store: Store, rows: Callable[..., Any]) -> None:
    older = min(schema._installed_revisions()[1] - {schema.KNOWN_REVISION})
    rows("UPDATE alembic_version SET version_num = ?", older)
    command = re.escape(f"mlflow db upgrade {store.tracking_uri}")
    with pytest.raises(RecordError, match=f"older MLflow.*Copy the file, then run: {command}"):
        store.ensure()


def test_another_database_is_refused(store: Store, rows: Callable[..., Any]) -> None:
    rows("DROP TABLE alembic_version")
    with pytest.raises(RecordError, match="is not a database of MLflow"):
        store.ensure()


@pytest.mark.parametrize("character", ["?", "%"])
def test_paths_that_no_address_can_hold_are_refused(character: str) -> None:
    with pytest.raises(RecordError, match=f"'[{character}]' in a path. Rename the folder"):
        schema.sqlite_uri(Path(f"/a{character}b/mlflow.db"))
