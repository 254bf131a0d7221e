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
        batch_size=64,
        augment=(),
        normalization=fashion.normalization,
        device="cpu",
        seed=0,
    )
    total = sum(images.mean() for images, _ in batches.epoch(1)) / batches.steps_per_epoch
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
