"""Predicted masks of images as PNG files, at the size of each image (this module imports torch)."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from ablate.engine.mask_pictures import mask_png, overlay_png
from ablate.errors import UsageError
from ablate.files import write_bytes
from ablate.metrics.mask_tally import enlarge
from ablate.runner.predicting.images import ImageFile, ReadImage
from ablate.spec.labels import Color

LEGEND_FILE = "classes.csv"


def write_masks(
    folder: Path,
    images: Sequence[ReadImage],
    logits: Tensor,
    names: Sequence[str],
    palette: Sequence[Color],
) -> None:
    """For each image ``<name>.png``, whose pixels are numbers of classes, and ``<name>.overlay.png``.

    ``logits`` (N, K, H, W) become masks of the images' own sizes as evaluation makes them: enlarged, then the largest.
    """
    for image, own, name in zip(images, logits, names, strict=True):
        height, width = image.pixels.shape[:2]
        labels = enlarge(own[None], (height, width)).max(1).indices[0]
        mask: NDArray[np.uint8] = labels.cpu().numpy().astype(np.uint8)
        picture = Image.fromarray(
            image.pixels[..., 0] if image.pixels.shape[2] == 1 else image.pixels
        )
        write_bytes(folder / f"{name}.png", mask_png(mask, palette))
        write_bytes(folder / f"{name}.overlay.png", overlay_png(picture, mask, palette))


def mask_names(files: Sequence[ImageFile]) -> dict[ImageFile, str]:
    """What the masks of files are called: the file's name without its ending, with it where two would be the same.

    Raises:
        UsageError: two files would give the same masks.
    """
    short = [str(PurePosixPath(file.name).with_suffix("")) for file in files]
    names = {
        file: file.name if short.count(name) > 1 else name
        for file, name in zip(files, short, strict=True)
    }
    taken: dict[str, ImageFile] = {}
    for file, name in names.items():
        other = taken.setdefault(name, file)
        if other is not file:
            rule = f"the masks of {other.path} and {file.path} would have the same name, {name}.png"
            raise UsageError(f"{rule}. Predict them one after the other, with another --out")
    return names


def legend_csv(info: dict[str, Any]) -> str:
    """The classes by number, with their colours."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["number", "class", "red", "green", "blue"])
    for number, (name, color) in enumerate(zip(info["classes"], info["palette"], strict=True)):
        writer.writerow([number, name, *color])
    return text.getvalue()
