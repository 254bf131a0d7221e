from __future__ import annotations

import io
import os
import pickle
import tarfile
from pathlib import Path

import numpy as np
import pytest

from ablate.data.place import DataPlace
from ablate.data.prepare import fingerprint, prepare
from ablate.data.sets.cifar10 import CLASSES
from ablate.data.sets.cifar10_archives import read_official
from ablate.errors import DataError
from ablate.testing.data_cases import class_images, data_options, save_image, write_cifar10


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A class tree of 3 training and 2 test images a class."""
    folder = tmp_path / "tree"
    for split, count in (("train", 3), ("test", 2)):
        for label, name in enumerate(CLASSES):
            for number, pixels in enumerate(class_images(np.full(count, label), 32, 3, label)):
                save_image(folder / split / name / f"{number:04d}.jpg", pixels)
    return folder


def _archive(tree: Path, archive: Path) -> None:
    """The tree as an archive, in an order of its own."""
    with tarfile.open(archive, "w:xz") as tar:
        for path in sorted(tree.rglob("*"), reverse=True):
            tar.add(path, path.relative_to(tree).as_posix(), recursive=False)


OPTIONS = data_options(name="cifar10", batch_size=4)


def test_the_official_archive_keeps_pixels_and_labels(root: Path, place: DataPlace) -> None:
    write_cifar10(root)
    data = prepare(OPTIONS, place)
    assert data.classes == CLASSES
    assert str(data.shape) == "3 x 32 x 32"
    train = data.splits["train"].images
    assert np.array_equal(train[:20], class_images(np.arange(20) % 10, 32, 3, seed=0))
    assert np.array_equal(train[20:40], class_images(np.arange(20) % 10, 32, 3, seed=1))
    assert len(data.splits["test"]) == 20


def test_archive_and_tree_are_the_same_data(root: Path, place: DataPlace, tree: Path) -> None:
    _archive(tree, root / "cifar10-jpeg.tar.xz")
    packed = prepare(OPTIONS, place)
    (root / "cifar10-jpeg.tar.xz").unlink()
    tree.rename(root / "cifar10")
    unpacked = prepare(OPTIONS, place)
    assert packed.fingerprint == unpacked.fingerprint
    assert packed.splits["train"].indices.tolist() == unpacked.splits["train"].indices.tolist()
    assert packed.splits["test"].class_counts(10).tolist() == [2] * 10


def test_the_official_archive_goes_first(root: Path, place: DataPlace, tree: Path) -> None:
    write_cifar10(root)
    official = fingerprint(OPTIONS, place)
    tree.rename(root / "cifar10")
    assert fingerprint(OPTIONS, place) == official


def test_a_tree_of_other_classes_is_refused(root: Path, place: DataPlace, tree: Path) -> None:
    (tree / "train" / "ship").rename(tree / "train" / "boat")
    (tree / "test" / "ship").rename(tree / "test" / "boat")
    tree.rename(root / "cifar10")
    with pytest.raises(DataError, match=r"boat.*must have airplane"):
        prepare(OPTIONS, place)


def test_an_archive_of_other_classes_is_refused(root: Path, place: DataPlace, tree: Path) -> None:
    (tree / "train" / "ship").rename(tree / "train" / "boat")
    _archive(tree, root / "cifar10-jpeg.tar.xz")
    with pytest.raises(DataError, match="'boat'"):
        prepare(OPTIONS, place)


class _Malicious:
    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> object:
        return os.mkdir, (str(self.file),)


def _write_batch(archive: Path, content: object) -> None:
    with tarfile.open(archive, "w:gz") as tar:
        for name in [*(f"data_batch_{n}" for n in range(1, 6)), "test_batch"]:
            pickled = pickle.dumps(content, protocol=2)
            member = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
            member.size = len(pickled)
            tar.addfile(member, io.BytesIO(pickled))


def test_a_pickle_cannot_run_code(tmp_path: Path) -> None:
    _write_batch(tmp_path / "a.tar.gz", {b"data": _Malicious(tmp_path / "made"), b"labels": []})
    with pytest.raises(DataError, match=r"names (posix|nt)\.mkdir"):
        read_official(tmp_path / "a.tar.gz")
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize(
    "content",
    [
        {b"labels": []},
        {b"data": np.zeros((2, 3072), np.uint8), b"labels": [1]},
        {b"data": np.zeros((1, 3072), np.uint8), b"labels": [10]},
        {b"data": np.zeros((1, 100), np.uint8), b"labels": [1]},
        [],
    ],
)
def test_other_content_is_refused(tmp_path: Path, content: object) -> None:
    _write_batch(tmp_path / "a.tar.gz", content)
    with pytest.raises(DataError, match="is not CIFAR-10's archive"):
        read_official(tmp_path / "a.tar.gz")


def test_missing_batches_are_named(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz"):
        pass
    with pytest.raises(DataError, match=r"lacks data_batch_1, .*test_batch"):
        read_official(tmp_path / "a.tar.gz")
