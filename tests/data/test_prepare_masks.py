from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from ablate.data import mask_writing
from ablate.data.place import DataPlace
from ablate.data.prepare import fingerprint, prepare
from ablate.data.prepared import Masks, PreparedData
from ablate.errors import DataError
from ablate.spec.labels import Groups
from ablate.testing.data_cases import data_options, place_at
from ablate.testing.mask_fakes import masked_image, save, write_camvid

NAMES = ("a", "b", "c", "d")


def _options(**keys: Any) -> Any:
    given = {"name": "mask-folder", "path": "set", "class_names": NAMES, "batch_size": 2}
    return data_options(**{**given, **keys})


@pytest.fixture
def home(root: Path) -> Path:
    """20 images of four classes without an official split, 12 x 16."""
    for number in range(20):
        image, mask = masked_image(number, 4)
        save(root / "set" / "train" / "images" / f"{number:02d}.png", image)
        save(root / "set" / "train" / "masks" / f"{number:02d}.png", mask)
    return root / "set" / "train"


def _masks(data: PreparedData) -> Masks:
    masks = data.splits["train"].masks
    assert masks is not None
    return masks


def _rows(data: PreparedData, split: str) -> list[int]:
    return data.splits[split].indices.tolist()  # type: ignore[index]


def test_val_is_carved_out_at_random_by_a_seed_of_its_own(home: Path, place: DataPlace) -> None:
    data = prepare(_options(val_fraction=0.2), place)
    assert sorted(_rows(data, "train") + _rows(data, "val")) == list(range(20))
    assert len(_rows(data, "val")) == 4
    assert _rows(prepare(_options(val_fraction=0.2, size=8), place), "val") == _rows(data, "val")
    other = prepare(_options(val_fraction=0.2, split_seed=1), place)
    assert _rows(other, "val") != _rows(data, "val")


def test_train_size_keeps_a_random_part(home: Path, place: DataPlace) -> None:
    whole, half, third = (prepare(_options(train_size=n), place) for n in (18, 0.5, 6))
    assert (len(whole.splits["train"]), len(half.splits["train"])) == (18, 9)
    assert set(_rows(third, "train")) < set(_rows(half, "train")) < set(_rows(whole, "train"))
    assert _rows(half, "val") == _rows(whole, "val")
    with pytest.raises(DataError, match=r"must be from 1 to 18 \(the training split\)"):
        prepare(_options(train_size=19), place)


def test_one_image_cannot_be_split(root: Path, place: DataPlace) -> None:
    image, mask = masked_image(0, 4)
    save(root / "set" / "train" / "images" / "0.png", image)
    save(root / "set" / "train" / "masks" / "0.png", mask)
    with pytest.raises(DataError, match="1 image cannot be split into train and val"):
        prepare(_options(batch_size=1), place)


def test_masks_stay_on_their_images(home: Path, place: DataPlace) -> None:
    """Brightness tells the class, so image and mask must agree wherever no two classes are mixed."""
    for size in ((6, 8), (24, 32), (9, 13), (30, 11)):
        data = prepare(_options(size=size), place)
        masks = _masks(data)
        assert masks.resized.shape == (20, *size)
        for image in range(20):
            grey = data.splits["train"].images[image, 2:, :, 2].astype(int)
            pure = np.abs((grey + 30) % 60 - 30) <= 2
            # of the first class's 0 to the fourth's 180
            agrees = (np.rint(grey / 60) == masks.resized[image, 2:]) | ~pure
            assert agrees.mean() > 0.99
            assert pure.mean() > 0.2
        assert np.array_equal(masks.original(3), masked_image(3, 4)[1])


def test_masks_are_not_kept_twice_where_the_size_is_theirs(home: Path, place: DataPlace) -> None:
    same = _masks(prepare(_options(), place))
    other = _masks(prepare(_options(size=(6, 8)), place))
    assert np.shares_memory(same.pixels, same.resized)
    assert isinstance(other.pixels, np.memmap)
    assert len(list((place.cache / "images").glob("*/train-originals.raw"))) == 1
    for image in range(20):
        assert np.array_equal(same.original(image), other.original(image))


def test_originals_may_differ_in_size(home: Path, place: DataPlace) -> None:
    for number in range(0, 20, 3):
        image, mask = masked_image(number, 4, 5 + number, 30 - number)
        save(home / "images" / f"{number:02d}.png", image)
        save(home / "masks" / f"{number:02d}.png", mask)
    with pytest.raises(DataError, match=r"images differ in size: .*Set data\.size"):
        prepare(_options(), place)
    masks = _masks(prepare(_options(size=8), place))
    for number in range(20):
        size = (12, 16) if number % 3 else (5 + number, 30 - number)
        assert np.array_equal(masks.original(number), masked_image(number, 4, *size)[1])


def test_an_image_and_a_mask_of_different_sizes_are_both_named(
    home: Path, place: DataPlace
) -> None:
    save(home / "masks" / "07.png", np.zeros((12, 15), np.uint8))
    for keys in ({}, {"size": 8}):
        with pytest.raises(DataError) as caught:
            prepare(_options(**keys), place)
        expected = f"{home}/images/07.png is 12 x 16, {home}/masks/07.png is 12 x 15"
        assert expected in str(caught.value)


def _turn(path: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    with Image.open(path) as image:
        image.save(path.with_suffix(".jpg"), exif=exif)
    path.unlink()


@pytest.mark.parametrize("how", [3, 6])
def test_images_that_viewers_turn_are_refused(home: Path, place: DataPlace, how: int) -> None:
    before = fingerprint(_options(), place)
    _turn(home / "images" / "04.png", 1)
    assert prepare(_options(), place).fingerprint != before
    _turn(home / "images" / "07.png", how)
    with pytest.raises(DataError) as caught:
        prepare(_options(), place)
    text = str(caught.value)
    assert f"\n    {home}/images/07.jpg: orientation {how}\n" in text
    assert "04" not in text
    assert "Store them upright" in text
    with pytest.raises(DataError, match="orientation"):  # remembered
        prepare(_options(size=8), place)


def test_damaged_masks_are_named_at_once(home: Path, place: DataPlace) -> None:
    (home / "masks" / "03.png").write_bytes(b"no mask")
    whole = (home / "masks" / "05.png").read_bytes()
    (home / "masks" / "05.png").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError) as caught:
        prepare(_options(), place)
    text = str(caught.value)
    assert text.startswith("2 masks cannot be used:")
    assert "03.png: not an image" in text
    assert "05.png: " in text
    assert text.endswith("Replace or remove what is damaged")
    assert not list((place.cache / "images").glob("*/"))


def _another_mask_pixel(home: Path) -> dict[str, Any]:
    mask = masked_image(4, 4)[1]
    mask[0, 0] = 1
    save(home / "masks" / "04.png", mask)
    return {}


def _another_class_name(home: Path) -> dict[str, Any]:
    return {"class_names": ("a", "b", "c", "e")}


def _another_reading(home: Path) -> dict[str, Any]:
    return {"ignore_index": (254, 255)}


def _fewer_classes(home: Path) -> dict[str, Any]:
    return {"void": ("d",)}


@pytest.mark.parametrize(
    "change", [_another_mask_pixel, _another_class_name, _another_reading, _fewer_classes]
)
def test_whatever_changes_what_is_learnt_changes_the_fingerprint(
    home: Path, place: DataPlace, change: Any
) -> None:
    before = fingerprint(_options(), place)
    assert fingerprint(_options(**change(home)), place) != before


def test_the_fingerprint_is_the_same_elsewhere_and_for_every_grouping(
    home: Path, place: DataPlace, tmp_path: Path
) -> None:
    groups = {"x": ("a", "b"), "y": ("d",)}
    first = prepare(_options(), place)
    grouped = prepare(_options(classes=groups), place)
    assert grouped.fingerprint == first.fingerprint
    assert len(list((place.cache / "images").glob("*/"))) == 1
    moved = Path(shutil.copytree(home.parents[1], tmp_path / "moved"))
    assert fingerprint(_options(), place_at(moved, tmp_path / "c")) == first.fingerprint


def test_groups_are_counted_together(home: Path, place: DataPlace) -> None:
    fine = prepare(_options(), place)
    groups: dict[str, Groups] = {"two": {"x": ("a", "d"), "y": ("c",)}}
    for classes in (groups["two"], "two"):
        coarse = prepare(_options(classes=classes), place, spaces=groups)
        a, _, c, d = fine.class_counts("train").tolist()
        assert coarse.class_counts("train").tolist() == [a + d, c]
        assert np.array_equal(_masks(coarse).resized, _masks(fine).resized)
        assert coarse.labels.palette == (fine.labels.palette[0], fine.labels.palette[2])


def test_no_pixel_of_a_class(home: Path, place: DataPlace) -> None:
    names = ("a", "b", "c", "d", "e", "f")
    with pytest.raises(DataError, match="no pixel of the training images is of a class"):
        prepare(_options(class_names=names, classes={"x": ("e",), "y": ("f",)}), place)


def test_the_palette_is_that_of_the_data_set(root: Path, place: DataPlace) -> None:
    data = prepare(data_options(**write_camvid(root), batch_size=2), place)
    assert dict(zip(data.classes, data.labels.palette, strict=True))["Road"] == (128, 64, 128)


def test_names_are_those_of_the_files(home: Path, place: DataPlace) -> None:
    names = prepare(_options(), place).splits["val"].names
    assert names == tuple(f"{number:02d}" for number in range(20))


def test_augmentations_that_cannot_move_masks_are_refused(home: Path, place: DataPlace) -> None:
    prepare(_options(augment=("random_horizontal_flip", {"color_jitter": {"hue": 0.1}})), place)
    with pytest.raises(DataError, match=r"data\.augment: .*auto_augment"):
        prepare(_options(augment=("auto_augment",)), place)


@pytest.mark.parametrize(
    "name",
    [
        "train-masks.npy",
        "train-originals.raw",
        "train-sizes.npy",
        "train-counts.npy",
        "train-left-out.json",
    ],
)
@pytest.mark.parametrize("remove", [False, True])
def test_a_damaged_entry_is_made_again(
    home: Path, place: DataPlace, name: str, remove: bool
) -> None:
    options = _options(size=(6, 8))
    before = [_masks(prepare(options, place)).original(image).copy() for image in range(20)]
    (entry,) = (place.cache / "images").glob("*/")
    content = bytearray((entry / name).read_bytes())
    content[-3] ^= 0xFF
    (entry / name).unlink()
    if not remove:
        (entry / name).write_bytes(content)
    masks = _masks(prepare(options, place))
    assert all(np.array_equal(masks.original(image), before[image]) for image in range(20))
    assert masks.counts.sum() == 20 * 6 * 8


def test_an_intact_entry_is_not_read_again(
    home: Path, place: DataPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _masks(prepare(_options(), place)).resized.copy()
    monkeypatch.setattr(mask_writing, "write_masks", lambda *_: pytest.fail("read again"))
    monkeypatch.setattr("ablate.data.cache.write_masks", lambda *_: pytest.fail("read again"))
    assert np.array_equal(_masks(prepare(_options(), place)).resized, before)
