"""What the grid of predicted masks shows, read from a trial's folder ``probes``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ablate.spec.labels import Color
from ablate.spec.probe_record import (
    IMAGE_FILE,
    TRUTH_FILE,
    VOID,
    ProbeRecord,
    Stage,
    folder_of,
    picture_of,
    read_record,
    void_color,
)

#: More do not fit on a page; MLflow shows every one.
MOST_IMAGES, MOST_STAGES = 8, 10

T = TypeVar("T")
Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Row:
    """Pictures (h, w, 3) uint8 that stand side by side, and what they are.

    The first ``photographs`` of them may be smoothed. ``names`` stand above them where they are not the grid's.
    """

    caption: str
    pictures: tuple[Pixels, ...]
    photographs: int = 0
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows over columns of ``names``; ``legend`` names the colours that occur; ``note`` says what is left out."""

    names: tuple[str, ...]
    rows: tuple[Row, ...]
    legend: tuple[tuple[str, Color], ...]
    note: str = ""


def masks_alone(grid: Grid) -> Grid:
    """The grid without its photographs, for data whose pictures may not be shown."""
    first = grid.rows[0]
    beside = first.photographs if first.photographs < len(first.pictures) else 0
    rows = (
        replace(row, pictures=row.pictures[row.photographs :], photographs=0) for row in grid.rows
    )
    return replace(grid, names=grid.names[beside:], rows=tuple(row for row in rows if row.pictures))


def read_grid(folder: Path) -> Grid:
    """The images, their truth, and then each stage.

    Raises:
        ValueError: the folder does not hold pictures of at least one image and one stage.
        OSError: a picture is missing or cannot be read.
    """
    record = read_record(folder)
    if record is None or not record.images or not record.stages:
        raise ValueError(f"{folder} has no pictures of a stage")
    images, stages = thinned(record.images, MOST_IMAGES), thinned(record.stages, MOST_STAGES)
    photographs = [photograph(folder / folder_of(name) / IMAGE_FILE) for name in images]
    truth = [class_numbers(folder / folder_of(name) / TRUTH_FILE, record) for name in images]
    found = [
        [
            class_numbers(folder / folder_of(name) / picture_of(stage.epoch), record)
            for name in images
        ]
        for stage in stages
    ]
    colors = colors_of(record)
    captions = ["ground truth", *(caption(stage) for stage in stages)]
    masks = [truth, *found]
    rows = [
        Row(text, tuple(colors[mask] for mask in row))
        for text, row in zip(captions, masks, strict=True)
    ]
    return Grid(
        names=tuple(images),
        rows=(Row("image", tuple(photographs), len(photographs)), *rows),
        legend=legend_of(record, [mask for row in masks for mask in row]),
        note=_note(record, images, stages),
    )


def caption(stage: Stage) -> str:
    """A stage as people call it, in two lines.

    >>> caption(Stage(40, 0, {"val/miou": 0.43})).splitlines()
    ['epoch 40', 'mIoU 43.0 %']
    """
    miou = stage.metrics.get("val/miou")
    lines = [f"epoch {stage.epoch}", *([] if miou is None else [f"mIoU {100 * miou:.1f} %"])]
    return "\n".join(lines)


def thinned(items: Sequence[T], most: int) -> tuple[T, ...]:
    """At most so many, the first and the last among them, the others evenly between."""
    if len(items) <= most:
        return tuple(items)
    return tuple(items[round(n * (len(items) - 1) / (most - 1))] for n in range(most))


def _note(record: ProbeRecord, images: Sequence[str], stages: Sequence[Stage]) -> str:
    parts = []
    for shown, every, what in (
        (images, record.images, "images"),
        (stages, record.stages, "epochs"),
    ):
        if len(shown) < len(every):
            parts.append(f"{len(shown)} of {len(every)} {what}")
    return ", ".join(parts)


def photograph(path: Path) -> Pixels:
    """(h, w, 3) uint8."""
    from PIL import Image

    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"))


def class_numbers(path: Path, record: ProbeRecord) -> Pixels:
    """(h, w) uint8: the picture's numbers, each that of a class or VOID."""
    from PIL import Image

    with Image.open(path) as picture:
        if picture.mode not in ("P", "L"):
            raise ValueError(f"{path} does not hold numbers of classes")
        numbers: Pixels = np.asarray(picture)
    if np.any((numbers >= len(record.classes)) & (numbers != VOID)):
        raise ValueError(f"{path} holds numbers beyond its {len(record.classes)} classes")
    return numbers


def colors_of(record: ProbeRecord) -> Pixels:
    """(256, 3) uint8."""
    colors = np.zeros((256, 3), np.uint8)
    colors[: len(record.palette)] = record.palette
    colors[VOID] = void_color(record.palette)
    return colors


def legend_of(record: ProbeRecord, masks: Sequence[Pixels]) -> tuple[tuple[str, Color], ...]:
    """Name and colour of what occurs, in the order of the classes, void last."""
    occurs = np.zeros(256, bool)
    for mask in masks:
        occurs |= np.bincount(mask.ravel(), minlength=256) > 0
    entries = list(zip(record.classes, record.palette, strict=True))
    found = [entry for number, entry in enumerate(entries) if occurs[number]]
    return (*found, ("void", void_color(record.palette))) if occurs[VOID] else tuple(found)
