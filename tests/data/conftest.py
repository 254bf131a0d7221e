"""Fixtures of the tests of data."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from ablate.data.place import DataPlace
from ablate.testing.data_cases import place_at


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """The threads that a trial has, so that tests running side by side do not wait for each other."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A data folder to write into."""
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


@pytest.fixture
def place(tmp_path: Path, root: Path) -> DataPlace:
    """``root`` as the only data folder, an empty cache, no downloads."""
    return place_at(root, tmp_path / "cache")
