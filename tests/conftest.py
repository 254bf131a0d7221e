"""Fixtures that every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def data_root() -> Path:
    """The folder of real data sets, from ``ABLATE_DATA``; the test is skipped without it."""
    folder = os.environ.get("ABLATE_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("needs real data: set ABLATE_DATA to the folder that holds it")
    return Path(folder).resolve()
