from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from torchvision import datasets

from ablate.data.place import DataPlace
from ablate.data.prepare import prepare
from ablate.errors import DataError
from ablate.testing.data_cases import data_options, save_image

PIXELS = np.zeros((4, 4, 3), np.uint8)


def _save(root: Path, *names: str) -> None:
    for name in names:
        save_image(root / "set" / name, PIXELS)


def _tree() -> object:
    return data_options(name="image-folder", path="set", batch_size=1)


def _flat() -> object:
    return data_options(name="flat-folder", path="set", batch_size=1)


def test_class_folders_are_read_as_by_torchvision(root: Path, place: DataPlace) -> None:
    _save(root, *(f"{name}/{n}.jpg" for name in ("b", "10", "9", "a") for n in (1, 2, 10)))
    _save(root, "a/below/x.png")
    data = prepare(_tree(), place)
    theirs = datasets.ImageFolder(str(root / "set"))
    assert data.classes == tuple(theirs.classes)
    labels = np.empty(13, np.int64)
    for split in data.splits.values():
        labels[split.indices] = split.labels
    assert labels.tolist() == theirs.targets


@pytest.mark.parametrize("val", ["val", "valid", "validation"])
def test_split_folders(root: Path, place: DataPlace, val: str) -> None:
    _save(root, *(f"{s}/{c}/0.jpg" for s in ("train", val, "test") for c in ("a", "b")))
    data = prepare(_tree(), place)
    assert {name: len(split) for name, split in data.splits.items()} == {
        "train": 2,
        "val": 2,
        "test": 2,
    }


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["train/a/0.jpg", "val/a/0.jpg", "valid/a/0.jpg"], "are both the split 'val'"),
        (["val/a/0.jpg", "test/a/0.jpg"], "no 'train' folder"),
        (["train/a/0.jpg", "train/b/0.jpg", "test/c/0.jpg"], "train lacks: c"),
        (["0.jpg"], "holds no class folders. 'flat-folder' reads"),
        (["a/0.jpg", "b/0.txt.png"], None),
    ],
)
def test_wrong_class_folders(
    root: Path, place: DataPlace, names: list[str], message: str | None
) -> None:
    _save(root, *names)
    if message is None:
        (root / "set/b/0.txt.png").rename(root / "set/b/0.txt")
        message = "class folder .*b holds no images"
    with pytest.raises(DataError, match=message):
        prepare(_tree(), place)


def test_a_file_is_not_a_folder(root: Path, place: DataPlace) -> None:
    (root / "set").write_text("")
    for options in (_tree(), _flat()):
        with pytest.raises(DataError, match="must be a folder"):
            prepare(options, place)


def test_labels_stand_before_the_last_underscore(root: Path, place: DataPlace) -> None:
    _save(root, *(f"{c}_{n}.png" for c in ("polar_bear", "ant") for n in (0, 1)), "notes.txt.png")
    (root / "set/notes.txt.png").rename(root / "set/notes.txt")
    assert prepare(_flat(), place).classes == ("ant", "polar_bear")


def test_whole_numbers_are_ordered_by_value(root: Path, place: DataPlace) -> None:
    _save(root, *(f"{c}_{n}.png" for c in (10, 9, 0) for n in (0, 1)))
    assert prepare(_flat(), place).classes == ("0", "9", "10")


def test_flat_split_folders(root: Path, place: DataPlace) -> None:
    _save(root, *(f"{s}/{c}_0.png" for s in ("train", "val", "test") for c in "ab"))
    data = prepare(_flat(), place)
    assert [len(split) for split in data.splits.values()] == [2, 2, 2]


def test_names_without_a_label_are_listed(root: Path, place: DataPlace) -> None:
    _save(root, "a_0.png", "b_0.png", "b_0b.png", "7.png")
    with pytest.raises(DataError, match=r"2 names are not <label>_<index>: 7\.png, b_0b\.png"):
        prepare(_flat(), place)


def test_an_empty_folder(root: Path, place: DataPlace) -> None:
    (root / "set").mkdir()
    with pytest.raises(DataError, match="holds no images"):
        prepare(_flat(), place)
