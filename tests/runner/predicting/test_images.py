from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import ExifTags, Image

from ablate.data.decode import decode
from ablate.errors import UsageError
from ablate.runner.predicting.images import (
    ImageFile,
    ReadImage,
    Unreadable,
    find_images,
    read_images,
)
from ablate.spec.values import ImageShape

RGB = ImageShape(channels=3, height=6, width=5)
GREY = ImageShape(channels=1, height=6, width=5)


def draw(path: Path, mode: str = "RGB", **options: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    values = np.random.default_rng(0).integers(256, size=(9, 12, 3), dtype=np.uint8)
    Image.fromarray(values).convert(mode).save(path, **options)
    return path


def test_files_and_folders_in_their_order(tmp_path: Path) -> None:
    one, two = draw(tmp_path / "a" / "sub" / "2.png"), draw(tmp_path / "a" / "1.PNG")
    other = draw(tmp_path / "b.jpg")
    (tmp_path / "a" / "notes.txt").write_text("no image")
    draw(tmp_path / "a" / ".hidden.png")
    found = find_images([other, tmp_path / "a", other])
    assert [item.path for item in found] == [other, two, one]
    assert [item.name for item in found] == ["b.jpg", "1.PNG", "sub/2.png"]


def test_what_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no does not exist"):
        find_images([tmp_path / "no"])
    with pytest.raises(UsageError, match="holds no image files"):
        find_images([tmp_path])


@pytest.mark.parametrize("shape", [RGB, GREY], ids=str)
@pytest.mark.parametrize("mode", ["RGB", "L", "P", "LA"])
def test_images_are_read_as_data_sets_read_them(
    tmp_path: Path, shape: ImageShape, mode: str
) -> None:
    path = draw(tmp_path / "image.png", mode)
    (found,) = read_images([ImageFile(path, "image.png")], shape, upright=False)
    assert isinstance(found, ReadImage)
    assert np.array_equal(found.resized, decode(path.read_bytes(), shape))
    assert found.pixels.shape == (9, 12, shape.channels)


def test_unreadable_images_are_named_among_the_others(tmp_path: Path) -> None:
    good, bad = draw(tmp_path / "good.png"), tmp_path / "bad.png"
    bad.write_bytes(b"no image")
    half = tmp_path / "half.png"
    half.write_bytes(good.read_bytes()[:150])
    absent = tmp_path / "absent.png"
    files = [ImageFile(path, path.name) for path in (bad, good, half, absent)]
    found = list(read_images(files, RGB, upright=False))
    assert [item.file for item in found] == files
    assert [isinstance(item, Unreadable) for item in found] == [True, False, True, True]
    assert isinstance(found[0], Unreadable)
    assert found[0].reason == "not an image"


def test_turned_images_are_as_stored_for_classes_and_refused_for_masks(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    path = draw(tmp_path / "turned.jpg", exif=exif)
    file = ImageFile(path, path.name)
    (stored,) = read_images([file], RGB, upright=False)
    assert isinstance(stored, ReadImage)
    assert stored.pixels.shape == (9, 12, 3)
    (refused,) = read_images([file], RGB, upright=True)
    assert isinstance(refused, Unreadable)
    assert "EXIF orientation 6" in refused.reason
