from __future__ import annotations

import io
import sys
import warnings

import numpy as np
import pytest
from PIL import Image

from ablate.report.figures import confusion_figure


def picture(counts, classes, title="val"):
    drawn = confusion_figure(np.asarray(counts, dtype=np.int64), classes, title)
    return np.asarray(Image.open(io.BytesIO(drawn.png())).convert("RGB"))


def names(count):
    return [f"class {index}" for index in range(count)]


@pytest.mark.parametrize("count", [1, 2, 10, 25, 26, 100])
def test_draws_any_number_of_classes(count):
    counts = np.random.default_rng(0).integers(0, 50, (count, count))
    height, width, _ = picture(counts, names(count)).shape
    assert 150 < height <= 1600
    assert 150 < width <= 1600


def test_the_diagonal_is_dark_and_the_rest_light():
    pixels = picture(np.eye(3) * 7, names(3)).astype(int)
    dark = (pixels[..., 2] - pixels[..., 0] > 60) & (pixels[..., 0] < 60)
    rows, columns = np.nonzero(dark[:, : int(pixels.shape[1] * 0.8)])
    assert np.corrcoef(rows, columns)[0, 1] > 0.8


def test_colours_are_shares_of_each_true_class():
    few, many = np.array([[9, 1], [1, 9]]), np.array([[9000, 1000], [1, 9]])
    width = int(picture(few, names(2)).shape[1])
    below_the_title = (slice(40, None), slice(0, width))
    same = picture(few, names(2))[below_the_title] == picture(many, names(2))[below_the_title]
    assert same.all()


def test_the_same_matrix_gives_the_same_bytes():
    counts = np.arange(16).reshape(4, 4)
    first, second = (confusion_figure(counts, names(4), "a") for _ in range(2))
    assert (first.png(), first.svg()) == (second.png(), second.svg())


@pytest.mark.parametrize(
    "classes",
    [["$x_1$", "a" * 200], ["模型", "two\nlines"], ["$", "\\"], ["", " "]],
    ids=["math", "script", "marks", "blank"],
)
def test_any_class_name_and_title(classes):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        picture([[3, 1], [0, 5]], classes, title="$\\frac")


def test_a_class_without_images_is_grey():
    pixels = picture([[5, 0, 0], [0, 0, 0], [0, 0, 5]], names(3))
    assert (pixels == 230).all(axis=-1).sum() > 1000


def test_pixels_by_the_million_and_what_was_counted():
    counts = np.array([[10**7, 1, 0], [0, 0, 0], [0, 0, 3 * 10**10]])
    few = picture(counts, names(3), "val")
    assert (few == 230).all(axis=-1).sum() > 1000  # the class without pixels
    images, pixels = (
        confusion_figure(counts, names(3), "val", what).png() for what in ("images", "pixels")
    )
    assert images != pixels


def test_leaves_no_global_state_behind():
    picture([[1, 0], [0, 1]], names(2))
    assert (
        "matplotlib.pyplot" not in sys.modules or not sys.modules["matplotlib.pyplot"].get_fignums()
    )


@pytest.mark.parametrize(("shape", "count"), [((2, 3), 3), ((2, 2), 3), ((0, 0), 0)])
def test_refuses_counts_that_do_not_fit(shape, count):
    with pytest.raises(ValueError, match="do not fit"):
        confusion_figure(np.zeros(shape, dtype=np.int64), names(count), "val")
