from __future__ import annotations

import io
import sys
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ablate.report.figures.representation_panels import Panels, read_panels
from ablate.report.figures.representations import draw_panels
from ablate.report.figures.scatter_marks import mark_of

from .representation_files import write_representations


def panels(folder: Path, **options: object) -> Panels:
    return read_panels(write_representations(folder, **options))["pca"]  # type: ignore[arg-type]


def picture(shown: Panels) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(draw_panels(shown).png())).convert("RGB"))


def shows(pixels: np.ndarray, label: int) -> int:
    """How many pixels have the colour of a class."""
    color = mark_of(label).color
    wanted = [int(color[place : place + 2], 16) for place in (1, 3, 5)]
    return int((np.abs(pixels.astype(int) - wanted).max(axis=2) < 8).sum())


def test_every_class_is_drawn_and_named_in_its_colour(tmp_path: Path) -> None:
    pixels = picture(panels(tmp_path, classes=("a", "b", "c")))
    legend = pixels[int(pixels.shape[0] * 0.88) :]
    for label in range(3):
        assert shows(pixels, label) > 200
        assert shows(legend, label) > 10
    assert shows(pixels, 3) == 0


def test_classes_that_do_not_occur_are_not_named(tmp_path: Path) -> None:
    shown = panels(tmp_path, classes=("a", "b"))
    more = replace(shown, classes=("a", "b", "c" * 90))
    assert draw_panels(more).png() == draw_panels(shown).png()


def test_epochs_stand_side_by_side(tmp_path: Path) -> None:
    shown = panels(tmp_path, epochs=(1, 30), images=200)
    alone = replace(shown, panels=shown.panels[:1])
    assert picture(alone).shape[1] < picture(shown).shape[1]


@pytest.mark.parametrize("basis", ["own", "shared"])
def test_in_one_window_points_move_apart_alone_too(tmp_path: Path, basis: str) -> None:
    shown = panels(tmp_path, epochs=(1, 90), basis=basis)
    pixels = picture(replace(shown, panels=shown.panels[:1]))
    panel = pixels[: int(pixels.shape[0] * 0.8)]  # without the legend
    drawn = (np.ptp(panel, axis=2) > 60).any(axis=0)
    width = np.ptp(np.flatnonzero(drawn[60:-20]))
    assert (width < pixels.shape[1] * 0.4) == (basis == "shared")


@pytest.mark.parametrize(
    ("epochs", "classes", "images"),
    [((1,), 2, 10), ((1, 2), 50, 1000), ((1, 2, 3, 4), 3, 60), (tuple(range(1, 8)), 250, 500)],
)
def test_any_number_of_epochs_and_classes(
    tmp_path: Path, epochs: tuple[int, ...], classes: int, images: int
) -> None:
    names = tuple(f"class {number} of all" for number in range(classes))
    height, width, _ = picture(panels(tmp_path, epochs=epochs, classes=names, images=images)).shape
    assert 400 < width < 2000
    assert 400 < height < 2500


@pytest.mark.parametrize(
    "classes",
    [("$x_1$", "a" * 200), ("模型", "two\nlines"), ("$", "\\"), ("", " ")],
    ids=["math", "script", "marks", "blank"],
)
def test_any_class_name(tmp_path: Path, classes: tuple[str, ...]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert picture(panels(tmp_path, classes=classes)).shape[1] > 400


def test_points_in_one_place_are_drawn(tmp_path: Path) -> None:
    shown = panels(tmp_path, epochs=(1,))
    same = replace(shown.panels[0], points=np.zeros((40, 2), np.float32))
    assert shows(picture(replace(shown, panels=(same,))), 1) > 0


def test_the_same_records_give_the_same_bytes(tmp_path: Path) -> None:
    first = draw_panels(panels(tmp_path / "a"))
    assert draw_panels(panels(tmp_path / "b")).png() == first.png()
    assert "matplotlib.pyplot" not in sys.modules


def test_nothing_cannot_be_drawn(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="nothing to draw"):
        draw_panels(replace(panels(tmp_path), panels=()))
