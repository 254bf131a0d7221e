"""What a trial's folder ``representations`` holds, as it stands in its ``representations.json``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from ablate.files import retry_once

RECORD_FILE = "representations.json"
#: The points of all epochs: (N, 2) float32 by :func:`points_key`, and (2,) float32 by :func:`shares_key`.
POINTS_FILE = "points.npz"


@dataclass(frozen=True, slots=True)
class KeptEpoch:
    """One epoch: when it ended (wall clock), its metrics where they are defined, and how the classes lie apart.

    ``knn_accuracy`` and ``silhouette`` are of the full features; ``None`` where they are not defined.
    """

    epoch: int
    time_ms: int
    metrics: Mapping[str, float]
    knn_accuracy: float | None
    silhouette: float | None


@dataclass(frozen=True, slots=True)
class RepresentationRecord:
    """Features of ``images`` of ``val``, which are number ``indices`` of it and of the classes ``labels``."""

    classes: tuple[str, ...]
    images: tuple[str, ...]
    indices: tuple[int, ...]
    labels: tuple[int, ...]
    head: str
    width: int
    neighbours: int
    methods: tuple[str, ...]
    basis: str
    epochs: tuple[KeptEpoch, ...] = ()

    def until(self, epoch: int) -> RepresentationRecord:
        """Without what was kept after ``epoch``."""
        return replace(self, epochs=tuple(kept for kept in self.epochs if kept.epoch <= epoch))

    def with_epoch(self, new: KeptEpoch) -> RepresentationRecord:
        """With an epoch in its place, instead of what was kept of it before."""
        others = (kept for kept in self.epochs if kept.epoch != new.epoch)
        return replace(self, epochs=tuple(sorted((*others, new), key=lambda kept: kept.epoch)))

    def to_plain(self) -> dict[str, Any]:
        """As what JSON knows."""
        return asdict(self)


def read_representations(folder: Path) -> RepresentationRecord | None:
    """The record in a folder ``representations``; ``None`` if it has none.

    Raises:
        ValueError: the file is no such record.
    """
    try:
        text = retry_once((folder / RECORD_FILE).read_bytes)
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        return _from_plain(json.loads(text))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{RECORD_FILE} is no record of representations") from error


def features_file(epoch: int) -> str:
    """The name of the file of an epoch's features.

    >>> features_file(30)
    'epoch-0030.npz'
    """
    return f"epoch-{epoch:04d}.npz"


def points_key(method: str, epoch: int) -> str:
    """Where the points of an epoch stand in :data:`POINTS_FILE`.

    >>> points_key("pca", 30)
    'pca-0030'
    """
    return f"{method}-{epoch:04d}"


def shares_key(epoch: int) -> str:
    """Where the shares of the variance along the two axes of PCA stand in :data:`POINTS_FILE`.

    >>> shares_key(30)
    'pca-0030-shares'
    """
    return f"{points_key('pca', epoch)}-shares"


def _from_plain(plain: dict[str, Any]) -> RepresentationRecord:
    record = RepresentationRecord(
        classes=tuple(str(name) for name in plain["classes"]),
        images=tuple(str(name) for name in plain["images"]),
        indices=tuple(int(index) for index in plain["indices"]),
        labels=tuple(int(label) for label in plain["labels"]),
        head=str(plain["head"]),
        width=int(plain["width"]),
        neighbours=int(plain["neighbours"]),
        methods=tuple(str(method) for method in plain["methods"]),
        basis=str(plain["basis"]),
        epochs=tuple(_epoch(kept) for kept in plain["epochs"]),
    )
    if not len(record.images) == len(record.indices) == len(record.labels):
        raise ValueError(f"{RECORD_FILE}: images, indices and labels are not equally many")
    if any(not 0 <= label < len(record.classes) for label in record.labels):
        raise ValueError(f"{RECORD_FILE} holds labels beyond its {len(record.classes)} classes")
    return record


def _epoch(plain: dict[str, Any]) -> KeptEpoch:
    return KeptEpoch(
        epoch=int(plain["epoch"]),
        time_ms=int(plain["time_ms"]),
        metrics={str(name): float(value) for name, value in plain["metrics"].items()},
        knn_accuracy=_optional(plain["knn_accuracy"]),
        silhouette=_optional(plain["silhouette"]),
    )


def _optional(value: Any) -> float | None:
    return None if value is None else float(value)
