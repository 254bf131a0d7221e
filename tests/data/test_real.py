"""On the real data sets, where they are at hand."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from ablate.data.batches import TrainBatches
from ablate.data.place import DataPlace
from ablate.data.prepare import prepare
from ablate.data.prepared import PreparedData
from ablate.data.source import SplitName
from ablate.testing.data_cases import data_options, place_at


@pytest.fixture(scope="module")
def real(data_root: Path, tmp_path_factory: pytest.TempPathFactory) -> DataPlace:
    return place_at(data_root, tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def fashion(real: DataPlace) -> PreparedData:
    return prepare(data_options(name="fashion-mnist"), real)


def test_fashion_mnist(fashion: PreparedData) -> None:
    assert {name: len(split) for name, split in fashion.splits.items()} == {
        "train": 54_000,
        "val": 6_000,
        "test": 10_000,
    }
    assert fashion.splits["train"].class_counts(10).tolist() == [5_400] * 10
    assert fashion.splits["test"].class_counts(10).tolist() == [1_000] * 10
    assert str(fashion.shape) == "1 x 28 x 28"
    assert fashion.normalization.mean == pytest.approx([0.2860], abs=1e-3)
    assert fashion.normalization.std == pytest.approx([0.3530], abs=1e-3)


def test_fashion_mnist_is_that_of_torchvision(
    fashion: PreparedData, real: DataPlace, tmp_path: Path
) -> None:
    from torchvision.datasets.mnist import read_image_file, read_label_file

    raw = real.roots[0] / "fashion-mnist" / "FashionMNIST" / "raw"
    for name in ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"):
        (tmp_path / name).write_bytes(gzip.decompress((raw / f"{name}.gz").read_bytes()))
    images = read_image_file(str(tmp_path / "t10k-images-idx3-ubyte"))
    labels = read_label_file(str(tmp_path / "t10k-labels-idx1-ubyte"))
    test = fashion.splits["test"]
    assert np.array_equal(test.images[:, :, :, 0], images.numpy())
    assert np.array_equal(test.labels, labels.numpy())


def test_an_epoch_of_fashion_mnist_is_normalised(fashion: PreparedData) -> None:
    batches = TrainBatches(
        fashion.splits["train"],
        fashion.labels,
        batch_size=64,
        augment=(),
        normalization=fashion.normalization,
        device="cpu",
        seed=0,
    )
    total = sum(batch.image.mean() for batch in batches.epoch(1)) / batches.steps_per_epoch
    assert abs(total) < 1e-3


def test_ants_and_bees(real: DataPlace) -> None:
    options = data_options(name="image-folder", path="hymenoptera", size=64)
    data = prepare(options, real)
    assert data.classes == ("ants", "bees")
    assert data.splits["train"].class_counts(2).tolist() == [123, 121]
    assert data.splits["val"].class_counts(2).tolist() == [70, 83]
    assert data.normalization.mean == pytest.approx([0.5159, 0.4770, 0.3502], abs=0.01)


@pytest.mark.long
def test_cifar10_from_its_class_tree_archive(real: DataPlace) -> None:
    data = prepare(data_options(name="cifar10"), real)
    assert data.splits["test"].class_counts(10).tolist() == [1_000] * 10
    assert data.splits["train"].class_counts(10).tolist() == [4_500] * 10
    assert data.normalization.mean == pytest.approx([0.4913, 0.4821, 0.4465], abs=2e-3)
    assert data.normalization.std == pytest.approx([0.2452, 0.2428, 0.2606], abs=2e-3)


def test_digits_are_those_of_scikit_learn(tmp_path: Path) -> None:
    from sklearn.datasets import load_digits

    data = prepare(data_options(name="digits"), place_at(tmp_path, tmp_path / "cache"))
    theirs = load_digits()
    images = data.splits["train"].images
    assert np.array_equal(images[:, :, :, 0], np.rint(theirs.images * 255 / 16))
    for split in data.splits.values():
        assert np.array_equal(split.labels, theirs.target[split.indices])


def _pixels(data: PreparedData, split: SplitName) -> int:
    part = data.splits[split]
    assert part.masks is not None
    return len(part) * data.shape.height * data.shape.width


def _images_with(data: PreparedData, split: SplitName) -> list[int]:
    masks = data.splits[split].masks
    assert masks is not None
    return np.count_nonzero(masks.counts[data.splits[split].indices], axis=0).tolist()


def test_camvid(real: DataPlace) -> None:
    data = prepare(data_options(name="camvid", batch_size=8), real)
    assert {name: len(split) for name, split in data.splits.items()} == {
        "train": 367,
        "val": 101,
        "test": 233,
    }
    assert str(data.shape) == "3 x 360 x 480"
    shares = {split: data.class_counts(split) / _pixels(data, split) * 100 for split in data.splits}
    expected = [16.845, 23.259, 0.983, 31.658, 4.486, 9.724, 1.173, 1.127, 5.866, 0.639, 0.292]
    assert shares["train"].tolist() == pytest.approx(expected, abs=5e-4)
    assert 100 - shares["val"].sum() == pytest.approx(1.703, abs=5e-4)
    assert 100 - shares["test"].sum() == pytest.approx(3.833, abs=5e-4)
    assert _images_with(data, "test") == [232, 233, 232, 233, 233, 228, 226, 90, 223, 222, 77]
    assert data.normalization.mean == pytest.approx([0.4116, 0.4248, 0.4322], abs=1e-3)


def test_aerial_tiles(real: DataPlace) -> None:
    keys = {"path": "aerial-dubai", "class_file": "classes.csv", "void": ("unlabeled",)}
    data = prepare(data_options(name="mask-folder", batch_size=8, size=256, **keys), real)
    assert data.classes == ("building", "land", "road", "vegetation", "water")
    assert data.labels.palette[0] == (60, 16, 152)
    assert (len(data.splits["train"]), len(data.splits["val"])) == (56, 16)
    masks = data.splits["train"].masks
    assert masks is not None
    counts = np.bincount(masks.pixels, minlength=256)
    shares = (counts[[0, 1, 2, 3, 4, 255]] / counts.sum() * 100).tolist()
    assert shares == pytest.approx([10.57, 44.52, 8.59, 11.17, 23.98, 1.17], abs=5e-3)


def test_six_supercategories(real: DataPlace) -> None:
    keys = {"path": "coco6", "class_file": "classes.txt", "batch_size": 8, "size": 64}
    data = prepare(data_options(name="mask-folder", **keys), real)
    assert data.classes == ("background", "sports", "accessory", "animal", "vehicle", "person")
    masks = data.splits["val"].masks
    assert masks is not None
    shares = np.bincount(masks.pixels, minlength=6) / len(masks.pixels) * 100
    assert shares.tolist() == pytest.approx([78.79, 0.34, 1.17, 4.45, 2.21, 13.04], abs=5e-3)
    assert len(data.splits["val"].names) == 68
