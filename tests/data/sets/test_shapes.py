from __future__ import annotations

from pathlib import Path

import numpy as np

from ablate.data.place import DataPlace
from ablate.data.prepare import fingerprint, prepare
from ablate.data.sets.shapes_drawing import draw
from ablate.testing.data_cases import data_options, place_at


def test_the_same_images_are_drawn_everywhere(tmp_path: Path) -> None:
    options = data_options(name="shapes", count=4, side=16, noise=0.2)
    place = place_at(tmp_path, tmp_path / "cache")
    # recorded once: drawings that change must get a new version in Shapes.source
    assert fingerprint(options, place) == "f0891e35504f50dbaabd13d62821f688"


def test_splits_have_images_of_their_own(place: DataPlace) -> None:
    data = prepare(data_options(name="shapes", count=20, side=32, batch_size=4), place)
    sizes = {name: len(split) for name, split in data.splits.items()}
    assert sizes == {"train": 20, "val": 10, "test": 10}
    images = [bytes(image) for split in data.splits.values() for image in split.images]
    assert len(set(images)) == 40
    assert data.class_counts("val").min() > 0


def test_more_images_begin_with_the_same() -> None:
    (image, mask), (again, mask_again) = draw(0, 3, 24, 0.1), draw(0, 3, 24, 0.1)
    assert np.array_equal(image, again)
    assert np.array_equal(mask, mask_again)
    assert not np.array_equal(image, draw(0, 4, 24, 0.1)[0])


def test_without_noise_a_shape_has_one_colour() -> None:
    for number in range(20):
        image, mask = draw(1, number, 32, 0.0)
        for shape in set(np.unique(mask)) - {0}:
            colors = {tuple(pixel) for pixel in image[mask == shape].tolist()}
            assert len(colors) <= 4
