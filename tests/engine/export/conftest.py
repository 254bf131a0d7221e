"""A small exported folder, and a way of changing it."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import nn

from ablate.engine.export.program import NormalizedNetwork
from ablate.spec.values import Normalization
from tests.engine.export.folders import SHAPE, Members, Tamper, describe, folder_of


@pytest.fixture
def model() -> NormalizedNetwork:
    """A network of a convolution, and its normalisation."""
    torch.manual_seed(0)
    layers = (nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    network = nn.Sequential(*layers, nn.Dropout(0.5), nn.Linear(4, 2))
    normalization = Normalization(mean=(0.4, 0.5, 0.6), std=(0.2, 0.25, 0.3))
    return NormalizedNetwork(network, normalization).eval()


@pytest.fixture
def folder(model: NormalizedNetwork, tmp_path: Path) -> Path:
    """The network as an exported folder."""
    return folder_of(model, SHAPE, tmp_path / "exported")


@pytest.fixture
def tamper(folder: Path) -> Tamper:
    """Changes members of the archive, and the hash with them, as an attacker would."""

    def tampered(change: Callable[[Members], object]) -> Path:
        path = folder / "model.pt2"
        with zipfile.ZipFile(path) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        change(members)
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in members.items():
                archive.writestr(name, content)
        describe(folder)
        return folder

    return tampered
