from __future__ import annotations

import io
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ablate.report.figures.masks import mask_grid

from .probe_files import write_probes


def picture(folder: Path) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(mask_grid(folder).png())).convert("RGB"))


def test_a_row_for_each_stage_and_a_column_for_each_image(tmp_path: Path) -> None:
    pixels = picture(write_probes(tmp_path, images=3))
    green = (pixels == (0, 255, 0)).all(axis=2)
    column, row = green[:, pixels.shape[1] // 2], green[:, ::1].any(axis=0)
    assert _runs(column) == 3  # truth and two stages
    assert _runs(row[int(pixels.shape[1] * 0.15) :]) >= 3


def test_pixels_of_masks_are_not_mixed(tmp_path: Path) -> None:
    pixels = picture(write_probes(tmp_path, images=1))
    inside = pixels[: int(pixels.shape[0] * 0.9), int(pixels.shape[1] * 0.45) :].reshape(-1, 3)
    colors, counts = np.unique(inside, axis=0, return_counts=True)
    common = {
        tuple(color) for color, count in zip(colors.tolist(), counts, strict=True) if count > 300
    }
    assert common <= {(255, 0, 0), (0, 255, 0), (0, 0, 0), (99, 99, 99), (255, 255, 255)}


@pytest.mark.parametrize(
    ("images", "size", "classes"),
    [(1, (50, 20), 2), (1, (20, 90), 3), (8, (30, 40), 21), (2, (2, 500), 11), (3, (60, 60), 100)],
)
def test_any_number_and_shape_of_images(
    tmp_path: Path, images: int, size: tuple[int, int], classes: int
) -> None:
    names = tuple(f"class {number} of all" for number in range(classes))
    height, width, _ = picture(
        write_probes(tmp_path, images=images, size=size, classes=names)
    ).shape
    assert 300 < width < 4000
    assert 300 < height < 4000


@pytest.mark.parametrize(
    "classes",
    [("$x_1$", "a" * 200), ("模型", "two\nlines"), ("$", "\\"), ("", " ")],
    ids=["math", "script", "marks", "blank"],
)
def test_any_class_name(tmp_path: Path, classes: tuple[str, ...]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        picture(write_probes(tmp_path, classes=classes))


def test_the_same_files_give_the_same_bytes_and_no_global_state(tmp_path: Path) -> None:
    write_probes(tmp_path)
    assert mask_grid(tmp_path).png() == mask_grid(tmp_path).png()
    pyplot = sys.modules.get("matplotlib.pyplot")
    assert pyplot is None or not pyplot.get_fignums()


def _runs(flags: np.ndarray) -> int:
    """How many stretches of true values there are."""
    return int(np.count_nonzero(np.diff(flags.astype(int), prepend=0) == 1))
