"""The files that a trial leaves in its folder ``artifacts``."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import safetensors.torch
import torch
from torch import nn

from ablate.engine.architecture import describe, to_markdown
from ablate.engine.state import Weights
from ablate.files import write_atomically, write_json, write_text
from ablate.metrics.confusion import ConfusionMatrix
from ablate.metrics.counts import Counts
from ablate.spec.values import ImageShape


def write_architecture(folder: Path, model: nn.Module, shape: ImageShape) -> None:
    """``model.txt``, and the table of layers as ``architecture.md`` and ``architecture.json``."""
    rows = describe(model, shape)
    write_text(folder / "model.txt", f"{model}\n")
    write_text(folder / "architecture.md", to_markdown(rows) + "\n")
    write_json(folder / "architecture.json", [asdict(row) for row in rows])


def write_predictions(folder: Path, counts: Mapping[str, Counts], classes: Sequence[str]) -> None:
    """For each split ``confusion/<split>.json`` (rows are true classes) and ``per_class/<split>.csv``."""
    for split, counted in counts.items():
        matrix = counted.confusion
        content = {"classes": list(classes), "counts": matrix.counts.tolist()}
        write_json(folder / "confusion" / f"{split}.json", content)
        write_text(folder / "per_class" / f"{split}.csv", per_class_csv(matrix, classes))


def per_class_csv(matrix: ConfusionMatrix, classes: Sequence[str]) -> str:
    """A line for each class; an undefined value is an empty field.

    >>> from ablate.metrics.confusion import ConfusionMatrix
    >>> print(per_class_csv(ConfusionMatrix.empty(1), ["cat"]))
    class,images,accuracy,precision,f1
    cat,0,,,
    <BLANKLINE>
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["class", "images", "accuracy", "precision", "f1"])
    columns = (matrix.support, matrix.recall(), matrix.precision(), matrix.f1())
    rows = zip(classes, *(column.tolist() for column in columns), strict=True)
    for name, images, *values in rows:
        writer.writerow([name, images, *(f"{v:.6g}" if v == v else "" for v in values)])
    return text.getvalue()


def copy_weights(model: nn.Module) -> Weights:
    """The model's state on the CPU, in memory of its own."""
    return {
        name: value.detach().cpu().clone(memory_format=torch.contiguous_format)
        for name, value in model.state_dict().items()
    }


def write_weights(folder: Path, weights: Weights) -> None:
    """``weights.safetensors``: a plain state dict."""
    data = safetensors.torch.save(weights)
    write_atomically(folder / "weights.safetensors", lambda stream: stream.write(data))
