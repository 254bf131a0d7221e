from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from ablate.data.prepared import VOID as VOID_OF_MASKS
from ablate.engine.mask_pictures import enlarged, errors_png, mask_png, overlay_png
from ablate.spec.probe_record import VOID


def opened(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png))


def test_masks_and_pictures_mean_the_same_by_void() -> None:
    assert VOID == VOID_OF_MASKS


@pytest.mark.parametrize("count", [1, 2, 3, 11, 16, 17, 255])
def test_a_masks_numbers_and_colours_come_back(count: int) -> None:
    generator = np.random.default_rng(count)
    palette = [(number, 255 - number, 7) for number in range(count)]
    mask = generator.choice([*range(count), VOID], (13, 7)).astype(np.uint8)
    picture = opened(mask_png(mask, palette))
    assert picture.mode == "P"
    assert np.array_equal(np.asarray(picture), mask)
    colors = np.array([*palette, *[(0, 0, 0)] * (256 - count)])
    assert np.array_equal(np.asarray(picture.convert("RGB")), colors[mask])


def test_void_is_not_the_colour_of_a_class() -> None:
    mask = np.array([[0, VOID]], np.uint8)
    black, void = np.asarray(opened(mask_png(mask, [(0, 0, 0)])).convert("RGB"))[0]
    assert black.tolist() == [0, 0, 0]
    assert void.tolist() == [224, 224, 192]


def test_an_overlay_is_half_image_half_mask() -> None:
    image = np.full((2, 3, 1), 100, np.uint8)
    mask = np.array([[0, 1, VOID]] * 2, np.uint8)
    picture = opened(overlay_png(enlarged(image, (2, 3)), mask, [(200, 0, 0), (0, 50, 255)]))
    pixels = np.asarray(picture)[0].tolist()
    assert pixels == [[150, 50, 50], [50, 75, 177], [50, 50, 50]]


def test_an_image_is_shown_at_the_masks_size() -> None:
    grey, colored = np.zeros((4, 6, 1), np.uint8), np.zeros((4, 6, 3), np.uint8)
    assert (enlarged(grey, (8, 10)).size, enlarged(grey, (8, 10)).mode) == ((10, 8), "L")
    assert enlarged(colored, (8, 10)).mode == "RGB"


def test_an_error_map_tells_right_wrong_and_unknown() -> None:
    truth = np.array([[0, 1, VOID, 2]], np.uint8)
    picture = opened(errors_png(np.array([[0, 2, 1, 2]], np.uint8), truth))
    assert np.asarray(picture).tolist() == [[0, 1, VOID, 0]]
    shown = np.asarray(picture.convert("RGB"))[0].tolist()
    assert shown == [[255, 255, 255], [214, 39, 40], [160, 160, 160], [255, 255, 255]]
