"""The files that a trial leaves in its folder ``artifacts``."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import safetensors.torch
import torch
from numpy.typing import NDArray
from torch import nn

from ablate.data.overlap import hash_order
from ablate.data.prepared import PreparedData
from ablate.engine.architecture import Architecture, architecture_of, to_markdown
from ablate.engine.state import Weights
from ablate.files import write_atomically, write_bytes, write_json, write_text
from ablate.metrics.counts import Counts
from ablate.models.loading import LoadReport
from ablate.outcomes import SplitOutcomes
from ablate.spec.labels import Labels
from ablate.spec.normalization_record import NORMALIZATION_FILE
from ablate.spec.values import ImageShape, Normalization


def write_architecture(folder: Path, model: nn.Module, shape: ImageShape) -> Architecture:
    """``model.txt``, and the table of layers as ``architecture.md`` and ``.json``; returns what they show."""
    found = architecture_of(model, shape)
    rows = found.rows
    write_text(folder / "model.txt", f"{model}\n")
    write_text(folder / "architecture.md", to_markdown(rows) + "\n")
    write_json(folder / "architecture.json", [asdict(row) for row in rows])
    return found


def write_start(folder: Path, normalization: Normalization, loaded: LoadReport | None) -> None:
    """``normalization.json``, which whoever starts from the weights needs, and what was loaded itself, if anything."""
    write_json(folder / NORMALIZATION_FILE, normalization.model_dump())
    if loaded is not None:
        write_json(folder / "loaded_weights.json", asdict(loaded))


def write_predictions(folder: Path, counts: Mapping[str, Counts], labels: Labels) -> None:
    """For each split ``confusion/<split>.json`` (rows are true classes) and ``per_class/<split>.csv``.

    Of segmentation the former also counts the data set's own classes (rows) against the network's.
    """
    for split, counted in counts.items():
        content = {"classes": list(labels.classes), "counts": counted.confusion.counts.tolist()}
        if counted.source is not None:
            content["source_classes"] = list(labels.source)
            content["source_counts"] = counted.source.tolist()
        write_json(folder / "confusion" / f"{split}.json", content)
        write_text(folder / "per_class" / f"{split}.csv", per_class_csv(counted, labels.classes))


def write_outcomes(folder: Path, counts: Mapping[str, Counts], data: PreparedData) -> None:
    """``per_image/<split>.npz`` for each split: what became of each image, where that was kept apart."""
    for split, part in data.splits.items():
        counted = counts.get(split)
        if counted is None or counted.outcomes is None:
            continue
        of_masks = counted.source is not None
        kept = SplitOutcomes(
            counted.outcomes,
            fingerprint=hash_order(part),
            true_classes=data.labels.source if of_masks else data.labels.classes,
            predicted_classes=data.labels.classes,
        )
        write_bytes(folder / "per_image" / f"{split}.npz", kept.to_npz())


def per_class_csv(counts: Counts, classes: Sequence[str]) -> str:
    """A line for each class; an undefined value is an empty field.

    >>> from ablate.metrics.confusion import ConfusionMatrix
    >>> print(per_class_csv(Counts(ConfusionMatrix.empty(1), 0, 0.0), ["cat"]))
    class,images,accuracy,precision,f1
    cat,0,,,
    <BLANKLINE>
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    columns = _of_images(counts) if counts.source is None else _of_pixels(counts)
    writer.writerow(["class", *columns])
    rows = zip(classes, *(column.tolist() for column in columns.values()), strict=True)
    for name, support, *values in rows:
        writer.writerow([name, support, *(f"{v:.6g}" if v == v else "" for v in values)])
    return text.getvalue()


def _of_images(counts: Counts) -> dict[str, NDArray[Any]]:
    matrix = counts.confusion
    return {
        "images": matrix.support,
        "accuracy": matrix.recall(),
        "precision": matrix.precision(),
        "f1": matrix.f1(),
    }


def _of_pixels(counts: Counts) -> dict[str, NDArray[Any]]:
    matrix = counts.confusion
    unmeasured = np.full(matrix.num_classes, np.nan)
    return {
        "pixels": matrix.support,
        "iou": matrix.iou(),
        "dice": matrix.f1(),
        "accuracy": matrix.recall(),
        "precision": matrix.precision(),
        "pixel_ap": unmeasured if counts.pixel_ap is None else counts.pixel_ap,
    }


def copy_weights(model: nn.Module) -> Weights:
    """The model's state on the CPU, in memory of its own."""
    return {
        name: value.detach().cpu().clone(memory_format=torch.contiguous_format)
        for name, value in model.state_dict().items()
    }


def write_weights(folder: Path, kept: Mapping[str, Weights]) -> None:
    """``weights.safetensors``, a plain state dict, and whatever else the task keeps."""
    for name, weights in kept.items():
        data = safetensors.torch.save(weights)
        write_atomically(folder / f"{name}.safetensors", partial(_write, data))


def _write(data: bytes, stream: BinaryIO) -> None:
    stream.write(data)
