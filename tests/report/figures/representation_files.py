"""A trial's folder ``representations``, written without training."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ablate.files import write_json
from ablate.spec.representation_record import (
    POINTS_FILE,
    RECORD_FILE,
    KeptEpoch,
    RepresentationRecord,
    points_key,
    shares_key,
)


def write_representations(
    folder: Path,
    *,
    classes: tuple[str, ...] = ("cat", "dog"),
    epochs: tuple[int, ...] = (1, 30),
    images: int = 40,
    methods: tuple[str, ...] = ("pca", "tsne"),
    basis: str = "own",
    seed: int = 0,
) -> Path:
    """Points whose classes separate with the epochs; the accuracy is the epoch in percent."""
    generator = np.random.default_rng(seed)
    labels = np.arange(images) % len(classes)
    record = RepresentationRecord(
        classes=classes,
        images=tuple(f"{number:04d}" for number in range(images)),
        indices=tuple(range(images)),
        labels=tuple(labels.tolist()),
        head="fc",
        width=64,
        neighbours=5,
        methods=methods,
        basis=basis,
    )
    points: dict[str, np.ndarray] = {}
    centres = generator.normal(size=(len(classes), 2))
    for epoch in epochs:
        metrics = {"val/accuracy": epoch / 100}
        record = record.with_epoch(KeptEpoch(epoch, 1000 * epoch, metrics, 0.25, -0.125))
        points[shares_key(epoch)] = np.float32([0.5, 0.25])
        for method in methods:
            cloud = epoch * centres[labels] + generator.normal(size=(images, 2))
            points[points_key(method, epoch)] = cloud.astype(np.float32)
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / RECORD_FILE, record.to_plain())
    np.savez(folder / POINTS_FILE, **points)  # type: ignore[arg-type]
    return folder
