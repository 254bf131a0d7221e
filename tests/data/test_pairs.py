from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ablate.data.pairs import folder_pairs
from ablate.errors import DataError
from ablate.testing.mask_fakes import save

GREY = np.zeros((4, 4), np.uint8)


@pytest.fixture
def home(root: Path) -> Path:
    for split in ("train", "validation"):
        for name in ("a", "b", "deep/c"):
            save(root / "set" / split / "images" / f"{name}.jpg", GREY)
            save(root / "set" / split / "masks" / f"{name}.png", GREY)
    return root / "set"


def _pairs(home: Path, images: str = "{split}/images", masks: str = "{split}/masks") -> list:
    return list(folder_pairs("set", home, images, masks))


def test_images_and_masks_are_matched_by_stem(home: Path) -> None:
    pairs = _pairs(home)
    names = ["a", "b", "deep/c"]
    assert [(pair.split, pair.name) for pair in pairs] == [
        *(("train", name) for name in names),
        *(("val", name) for name in names),
    ]
    assert pairs[-1].image == str(home / "validation/images/deep/c.jpg")
    assert pairs[-1].mask == str(home / "validation/masks/deep/c.png")


def test_masks_of_all_splits_may_lie_in_one_folder(home: Path) -> None:
    for name in ("a", "b", "deep/c"):
        (home / "validation/images" / f"{name}.jpg").rename(
            home / "validation/images" / f"{name}_v.jpg"
        )
        save(home / "all" / f"{name}.png", GREY)
        save(home / "all" / f"{name}_v.png", GREY)
    assert len(_pairs(home, masks="all")) == 6
    save(home / "all" / "z.png", GREY)
    with pytest.raises(DataError, match=r"1 mask has no image:\n.*all/z\.png"):
        _pairs(home, masks="all")


def test_images_of_two_splits_may_have_the_same_name_and_mask(home: Path) -> None:
    for name in ("a", "b", "deep/c"):
        save(home / "all" / f"{name}.png", GREY)
    pairs = _pairs(home, masks="all")
    assert [(pair.split, pair.mask) for pair in pairs] == [
        (split, str(home / "all" / f"{name}.png"))
        for split in ("train", "val")
        for name in ("a", "b", "deep/c")
    ]


def test_without_a_split_all_is_train(home: Path) -> None:
    pairs = _pairs(home, "train/images", "train/masks")
    assert [pair.split for pair in pairs] == ["train"] * 3


def test_an_image_without_a_mask_is_named(home: Path) -> None:
    (home / "train/masks/a.png").unlink()
    with pytest.raises(DataError, match=r"1 image has no mask in .*masks:\n.*images/a\.jpg"):
        _pairs(home)


def test_a_mask_without_an_image_is_named(home: Path) -> None:
    (home / "train/images/a.jpg").unlink()
    (home / "train/images/b.jpg").unlink()
    with pytest.raises(DataError, match=r"2 masks have no image:\n.*masks/a\.png"):
        _pairs(home)


def test_two_images_of_one_name(home: Path) -> None:
    save(home / "train/images/a.png", GREY)
    with pytest.raises(DataError, match=r"a\.jpg and .*a\.png are both called 'a'"):
        _pairs(home)


def test_folders_that_are_not_there(home: Path) -> None:
    with pytest.raises(DataError, match=r"no folder .*set/photos/train, which holds the training"):
        _pairs(home, "photos/{split}")
    with pytest.raises(DataError, match="depends on the split, but images: 'train/images' does"):
        _pairs(home, "train/images")
    with pytest.raises(DataError, match=r"there is no folder .*set/train/labels"):
        _pairs(home, masks="{split}/labels")
    save(home / "val/images/a.jpg", GREY)
    with pytest.raises(DataError, match="are both the split 'val'"):
        _pairs(home)


def test_a_folder_without_images(home: Path) -> None:
    (home / "empty").mkdir()
    with pytest.raises(DataError, match=r"set/empty holds no images"):
        _pairs(home, "empty", "train/masks")
