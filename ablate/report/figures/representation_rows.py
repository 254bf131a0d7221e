"""Representations of several trials side by side: the same images after the same epoch, under different conditions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ablate.report.figures.representation_panels import (
    TITLES,
    Panel,
    Panels,
    Points,
    caption_of,
    read_points,
    title_of,
)
from ablate.spec.representation_record import (
    KeptEpoch,
    RepresentationRecord,
    points_key,
    read_representations,
)


def compare_rows(rows: Sequence[tuple[str, Path]], method: str, epoch: int | None = None) -> Panels:
    """A panel for each label and folder ``representations``: after ``epoch``, or after the last that was kept.

    Features of different networks have no axes in common. Under ``basis: shared`` the points of each row are turned
    and mirrored, not stretched, so that the same images lie as near as possible to where they lie in the first row.

    Raises:
        ValueError: a folder does not hold such points, or the rows are not of the same images.
        OSError: a file cannot be read.
    """
    found = [_read(folder, method, epoch) for _, folder in rows]
    if not found:
        raise ValueError("there is no row to compare")
    first, _, reference = found[0]
    panels = []
    for (label, _), (record, kept, points) in zip(rows, found, strict=True):
        if (record.images, record.labels) != (first.images, first.labels):
            raise ValueError(f"{label!r} kept other images than {rows[0][0]!r}")
        if first.basis == "shared":
            points = align(points, reference)
        panels.append(_panel(label, record, kept, points))
    turned = f", turned to match {rows[0][0]}" if first.basis == "shared" else ""
    note = f"{TITLES[method]} of the features of {len(first.images):,} images of val{turned}"
    return Panels(tuple(panels), first.classes, note)


def align(points: Points, reference: Points) -> Points:
    """Points (N, 2), turned, mirrored and moved to lie nearest to those of the reference (N, 2).

    P. H. Schönemann: A generalized solution of the orthogonal Procrustes problem, 1966.

    >>> align(np.float32([[0, 0], [0, 2]]), np.float32([[1, 0], [3, 0]]))
    array([[1., 0.],
           [3., 0.]], dtype=float32)
    """
    mine, middle = points - points.mean(axis=0), reference.mean(axis=0)
    left, _, right = np.linalg.svd(mine.T @ (reference - middle))
    turned: Points = (mine @ (left @ right) + middle).astype(np.float32)
    return turned


def _read(
    folder: Path, method: str, epoch: int | None
) -> tuple[RepresentationRecord, KeptEpoch, Points]:
    record = read_representations(folder)
    if record is None or method not in record.methods:
        raise ValueError(f"{folder} has no points of {method}")
    kept = [one for one in record.epochs if epoch in (None, one.epoch)]
    if not kept:
        raise ValueError(f"{folder} has nothing of epoch {epoch}")
    return record, kept[-1], read_points(folder, record)[points_key(method, kept[-1].epoch)]


def _panel(label: str, record: RepresentationRecord, kept: KeptEpoch, points: Points) -> Panel:
    return Panel(
        epoch=kept.epoch,
        time_ms=kept.time_ms,
        title=" ".join(label.split()),
        caption=f"{title_of(kept)}\n{caption_of(kept, record.neighbours)}",
        points=points,
        labels=np.asarray(record.labels, dtype=np.int64),
    )
