"""Pictures that the driver adds to a trial's artifacts: of its confusion matrix, its probes and its representations.

A script may leave files of the same names with any content: what cannot be drawn has no picture.
"""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from pathlib import Path

import numpy as np

from ablate.files import write_bytes
from ablate.record.artifacts import put
from ablate.record.images import TAGS, logged_images, logged_picture
from ablate.spec.probe_record import read_record

_LOG = logging.getLogger("ablate")


def draw_confusion(artifacts: Path, split: str, name: str) -> None:
    """A picture beside the confusion matrix of the split that the tables report, if the trial wrote one."""
    file = artifacts / "confusion" / f"{split}.json"
    if not file.exists():
        return
    from ablate.report.figures import confusion_figure

    try:
        matrix = json.loads(file.read_text(encoding="utf-8"))
        counts = np.asarray(matrix["counts"], dtype=np.int64)
        classes = tuple(str(label) for label in matrix["classes"])
    except (ValueError, KeyError, TypeError):
        return
    if counts.shape == (len(classes), len(classes)) and len(classes) > 0:
        counted = "pixels" if "source_counts" in matrix else "images"
        picture = confusion_figure(counts, classes, f"{name}: {split}", counted)
        write_bytes(file.with_suffix(".png"), picture.png())


def draw_probes(artifacts: Path, name: str) -> dict[str, str]:
    """``probes/grid.png`` and MLflow's logged images, if the trial kept pictures; what to tag its run with."""
    folder = artifacts / "probes"
    try:
        record = read_record(folder)
        if record is None or not record.images or not record.stages:
            return {}
        from ablate.report.figures import mask_grid

        grid, images = mask_grid(folder).png(), logged_images(folder)
    except (ValueError, OSError, SyntaxError) as error:  # Pillow calls some damage a syntax error
        _LOG.warning("the probes of %s cannot be drawn: %s", name, error)
        return {}
    put(folder / "grid.png", grid)
    for file, content in images.items():
        put(artifacts / file, content)
    return dict(TAGS)


def draw_representations(artifacts: Path, name: str) -> dict[str, str]:
    """``representations/METHOD.png`` and MLflow's logged images, if the trial left points; what to tag its run with."""
    from ablate.report.figures import draw_panels, read_panels

    folder = artifacts / "representations"
    try:
        methods = read_panels(folder)
    except (ValueError, OSError) as error:
        _LOG.warning("the representations of %s cannot be drawn: %s", name, error)
        return {}
    for method, shown in methods.items():
        put(folder / f"{method}.png", draw_panels(shown).png())
        for panel in shown.panels:
            alone = draw_panels(replace(shown, panels=(panel,))).png()
            key = f"representations/{method}"
            for file, content in logged_picture(key, panel.epoch, panel.time_ms, alone).items():
                put(artifacts / file, content)
    return dict(TAGS) if methods else {}
