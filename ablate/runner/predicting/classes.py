"""Predicted classes of images as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True)
class Prediction:
    """The likeliest classes of an image and their probabilities, the likeliest first."""

    file: str
    classes: tuple[str, ...]
    probabilities: tuple[float, ...]


def predictions(
    files: Sequence[str], logits: Tensor, classes: Sequence[str], top: int
) -> list[Prediction]:
    """From logits (N, K) of N files."""
    # not topk of the probabilities: those of sure networks round to 1, and evaluation takes the first largest logit
    order = logits.sort(dim=1, descending=True, stable=True).indices[:, :top]
    chances = logits.softmax(1).gather(1, order)
    return [
        Prediction(file, tuple(classes[k] for k in numbers), tuple(values))
        for file, numbers, values in zip(files, order.tolist(), chances.tolist(), strict=True)
    ]


def to_csv(found: Iterable[Prediction], top: int) -> str:
    """A line for each image.

    >>> print(to_csv([Prediction("a.png", ("cat", "dog"), (0.75, 0.25))], top=2))
    file,class,probability,class_2,probability_2
    a.png,cat,0.75,dog,0.25
    <BLANKLINE>
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    more = [name for k in range(2, top + 1) for name in (f"class_{k}", f"probability_{k}")]
    writer.writerow(["file", "class", "probability", *more])
    for item in found:
        pairs = zip(item.classes, item.probabilities, strict=True)
        writer.writerow([item.file, *(cell for name, p in pairs for cell in (name, f"{p:.6g}"))])
    return text.getvalue()
