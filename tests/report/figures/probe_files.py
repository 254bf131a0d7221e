"""A small folder of probes, as a trial leaves it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from ablate.files import write_json
from ablate.spec.probe_record import (
    VOID,
    ProbeRecord,
    Stage,
    folder_of,
    picture_of,
    void_color,
)

COLORS = ((255, 0, 0), (0, 255, 0), (0, 0, 255), (200, 200, 0))


def write_probes(
    folder: Path,
    *,
    images: int = 2,
    epochs: tuple[int, ...] = (1, 40),
    classes: tuple[str, ...] = ("sky", "road", "car", "tree"),
    size: tuple[int, int] = (30, 40),
) -> Path:
    """Masks that hold classes 0 and 1, and as truth void too."""
    palette = (COLORS * len(classes))[: len(classes)]
    names = tuple(f"street {number}" for number in range(images))
    stages = tuple(Stage(epoch, epoch, {"val/miou": epoch / 100}) for epoch in epochs)
    record = ProbeRecord(classes, palette, names, False, False, stages)
    write_json(folder / "probes.json", record.to_plain())
    mask = np.zeros(size, np.uint8)
    mask[size[0] // 2 :] = 1
    truth = mask.copy()
    truth[:3] = VOID
    for name in names:
        own = folder / folder_of(name)
        own.mkdir()
        Image.fromarray(np.full((*size, 3), 99, np.uint8)).save(own / "image.png")
        _save(truth, record, own / "truth.png")
        for epoch in epochs:
            _save(mask, record, own / picture_of(epoch))
    return folder


def _save(mask: np.ndarray, record: ProbeRecord, path: Path) -> None:
    picture = Image.fromarray(mask)
    colors = dict(enumerate(record.palette)) | {VOID: void_color(record.palette)}
    picture.putpalette([c for number in range(256) for c in colors.get(number, (0, 0, 0))])
    picture.save(path, bits=8)
