"""Images that splits share: found whatever the file and the size, and nothing claimed that is not the same."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from ablate.data.image_hash import image_hash
from ablate.data.overlap import Overlap, overlap, overlaps, read_recorded, recorded
from ablate.data.place import DataPlace
from ablate.data.prepare import prepare
from ablate.data.prepared import PreparedData
from ablate.data.source import Pixels
from ablate.testing.data_cases import data_options, save_image

NOISE = np.random.default_rng(0)


def _image(size: int = 12) -> Pixels:
    return NOISE.integers(0, 256, (size, size, 3), dtype=np.uint8)


def _write(root: Path, split: str, images: dict[str, Pixels], folder: str = "photos") -> None:
    for name, image in images.items():
        save_image(root / folder / split / name.partition("_")[0] / f"{name}.png", image)


def _data(place: DataPlace, size: int | None = None, path: str = "photos") -> PreparedData:
    options = data_options(name="image-folder", path=path, batch_size=2, size=size)
    return prepare(options, place)


@pytest.fixture
def leaky(root: Path) -> dict[str, Pixels]:
    """Class folders in which 2 of 5 val images, and 1 of 2 test images, are in train; others are nearly."""
    train = {f"{label}_{number}": _image() for label in "ab" for number in range(4)}
    flipped, changed = train["a_0"][:, ::-1], train["a_1"].copy()
    changed[0, 0, 0] ^= 1
    val = {
        "a_9": train["b_2"],
        "b_9": train["a_3"],
        "b_8": flipped,
        "a_8": changed,
        "a_7": _image(),
    }
    _write(root, "train", train)
    _write(root, "val", val)
    _write(root, "test", {"a_0": val["a_9"], "b_0": train["a_0"].swapaxes(0, 1)})
    return train


@pytest.mark.parametrize("size", [None, 5])
def test_copies_are_found_at_any_size_and_nothing_else(
    leaky: dict[str, Pixels], place: DataPlace, size: int | None
) -> None:
    data = _data(place, size)
    assert overlaps(data) == (
        Overlap("val", "train", 2, 5),
        Overlap("test", "train", 1, 2),
        Overlap("test", "val", 1, 2),
    )
    assert data.warnings[0] == (
        "",
        "2 of 5 val images are also in train, pixel for pixel: their scores say little about new images",
    )


def test_what_is_kept_is_the_same_as_what_was_found_first(
    leaky: dict[str, Pixels], place: DataPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = overlaps(_data(place))
    monkeypatch.setattr("ablate.data.writing.image_hash", lambda _: pytest.fail("hashed again"))
    assert overlaps(_data(place)) == first


def test_a_val_split_that_is_carved_out_of_copies_shares_them(root: Path, place: DataPlace) -> None:
    one = _image()
    _write(root, "", {f"{label}_{number}": one for label in "ab" for number in range(10)})
    options = data_options(name="image-folder", path="photos", batch_size=2, val_fraction=0.2)
    assert overlaps(prepare(options, place)) == (Overlap("val", "train", 4, 4),)


def test_splits_without_copies_give_no_warning(root: Path, place: DataPlace) -> None:
    for split in ("train", "val"):
        _write(
            root, split, {f"{label}_{number}": _image() for label in "ab" for number in range(3)}
        )
    data = _data(place)
    assert (overlaps(data), data.warnings) == ((), ())


def test_another_data_set_is_compared_whatever_the_sizes(
    leaky: dict[str, Pixels], root: Path, place: DataPlace
) -> None:
    new = {"a_77": _image(), "b_77": _image()}
    _write(root, "train", leaky, "upstream")
    _write(root, "val", new, "upstream")
    upstream, data = _data(place, 7, "upstream"), _data(place)
    assert overlap(upstream, data, "byol") == (
        Overlap("val", "byol", 2, 5),
        Overlap("test", "byol", 1, 2),
    )
    assert overlap(data, upstream) == ()


def test_splits_made_by_hand_are_compared_as_they_are(place: DataPlace, root: Path) -> None:
    for split in ("train", "val"):
        _write(
            root, split, {f"{label}_{number}": _image() for label in "ab" for number in range(3)}
        )
    data = _data(place)
    splits = {name: replace(part, hashes=None) for name, part in data.splits.items()}
    by_hand = replace(data, splits={**splits, "test": splits["train"]})
    assert overlaps(by_hand) == (Overlap("test", "train", 6, 6),)


def test_masks_do_not_matter_and_images_do(root: Path, place: DataPlace) -> None:
    images = [_image() for _ in range(5)]
    for split, numbers in {"train": [0, 1, 2], "val": [2, 3, 4]}.items():
        for number in numbers:
            save_image(root / "tiles" / split / "images" / f"{number}.png", images[number])
            mask = np.full((12, 12), number % 2, np.uint8)
            save_image(root / "tiles" / split / "masks" / f"{number}.png", mask)
    options = data_options(
        name="mask-folder", path="tiles", class_names=("no", "yes"), batch_size=2, size=6
    )
    assert overlaps(prepare(options, place)) == (Overlap("val", "train", 1, 3),)


@settings(deadline=None, max_examples=50)
@given(arrays.arrays(np.uint8, (3, 4, 3)), arrays.arrays(np.uint8, (3, 4, 3)))
def test_hashes_are_equal_exactly_where_pixels_are(one: Pixels, other: Pixels) -> None:
    assert (image_hash(one) == image_hash(other)) == np.array_equal(one, other)
    assert image_hash(one) == image_hash(np.asfortranarray(one))


def test_the_shape_belongs_to_the_hash() -> None:
    image = _image()
    assert image_hash(image) != image_hash(image.reshape(6, 24, 3))


def test_a_file_of_another_format_with_the_same_pixels_is_a_copy(
    root: Path, place: DataPlace
) -> None:
    grey = _image()[:, :, 0]
    for split, name in {"train": "a_0.png", "val": "a_5.bmp"}.items():
        file = root / "photos" / split / "a" / name
        file.parent.mkdir(parents=True)
        content = io.BytesIO()
        picture = Image.fromarray(grey)
        (picture if split == "train" else picture.convert("RGB")).save(content, file.suffix[1:])
        file.write_bytes(content.getvalue())
        _write(root, split, {"b_0": _image(), "b_1": _image()})
    assert overlaps(_data(place)) == (Overlap("val", "train", 1, 3),)


@given(st.lists(st.sampled_from(["val", "test"]), unique=True), st.integers(1, 99))
def test_what_trials_record_is_read_back(splits: list[str], count: int) -> None:
    found = tuple(
        Overlap(split, other, count, 100) for split in splits for other in ("train", "a/b")
    )
    measured = {name: float(value) for name, value in recorded(found).items()}
    assert read_recorded({**measured, "duration_s": 1.0}) == found
