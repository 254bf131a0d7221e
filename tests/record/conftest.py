"""A store for each test; making MLflow's tables takes seconds, so they are made once and copied."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ablate.record import Store

Rows = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = Store(tmp_path_factory.mktemp("template") / "mlruns")
    store.ensure()
    return store.database


@pytest.fixture
def store(template: Path, tmp_path: Path) -> Store:
    made = Store(tmp_path / "mlruns")
    made.root.mkdir()
    shutil.copy(template, made.database)
    return made


@pytest.fixture
def rows(store: Store) -> Rows:
    """Runs an SQL query on the store, by Python's sqlite3 alone."""

    def query(sql: str, *arguments: object) -> list[tuple[Any, ...]]:
        connection = sqlite3.connect(store.database)
        try:
            found = connection.execute(sql, arguments).fetchall()
            connection.commit()
        finally:
            connection.close()
        return found

    return query
