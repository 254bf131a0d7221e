"""A small study to break, and the table that it must have in the end."""

from __future__ import annotations

from pathlib import Path

import pytest

from .small_study import SmallStudy


@pytest.fixture
def study(tmp_path: Path) -> SmallStudy:
    return SmallStudy(tmp_path)


@pytest.fixture(scope="session")
def quiet_table(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The table of the small study where nothing goes wrong."""
    return SmallStudy(tmp_path_factory.mktemp("quiet")).run()
