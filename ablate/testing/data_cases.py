"""Contract of data sets, and small fakes of the real ones in their real formats on disk.

A data set of one's own is tested by :func:`check_data_set` on a small copy of its files.
"""

from __future__ import annotations

import gzip
import io
import pickle
import shutil
import struct
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ablate.data.place import DataPlace
from ablate.data.prepare import fingerprint, prepare
from ablate.data.prepared import VOID, Masks, PreparedData, Split
from ablate.registry import table
from ablate.spec.sections import DataOptions
from ablate.testing.mask_fakes import MASK_FAKES

Pixels = NDArray[np.uint8]


def place_at(root: Path, cache: Path) -> DataPlace:
    """A place with one data folder, its cache elsewhere, and no downloads."""
    return DataPlace((root,), cache, None)


def data_options(**keys: Any) -> DataOptions:
    """The options of a registered data set, as a study file would give them."""
    found: DataOptions = table("data set").get(keys["name"]).model_validate(keys)
    return found


def class_image(label: int, size: int, channels: int, rng: np.random.Generator) -> Pixels:
    """(size, size[, 3]) uint8: noise with a bright bar whose place tells the label."""
    image = rng.integers(0, 100, (size, size, channels), np.uint8)
    image[label % size, :, :] = 255
    return image[:, :, 0] if channels == 1 else image


def class_images(labels: NDArray[np.int64], size: int, channels: int, seed: int = 0) -> Pixels:
    """(N, size, size[, 3]) uint8: one :func:`class_image` for each label."""
    rng = np.random.default_rng(seed)
    return np.stack([class_image(int(label), size, channels, rng) for label in labels])


def save_image(path: Path, pixels: Pixels) -> None:
    """Write an image file, in the format of its ending; folders are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


def write_digits(root: Path) -> dict[str, Any]:
    """Nothing: the set lies inside scikit-learn."""
    return {"name": "digits"}


def write_fashion_mnist(root: Path, train: int = 60, test: int = 20) -> dict[str, Any]:
    """The four IDX archives, where torchvision puts them."""
    folder = root / "FashionMNIST" / "raw"
    folder.mkdir(parents=True, exist_ok=True)
    for prefix, count in (("train", train), ("t10k", test)):
        labels = np.arange(count) % 10
        _write_idx(folder / f"{prefix}-images-idx3-ubyte.gz", class_images(labels, 28, 1, count))
        _write_idx(folder / f"{prefix}-labels-idx1-ubyte.gz", labels.astype(np.uint8))
    return {"name": "fashion-mnist"}


def write_cifar10(root: Path, batch: int = 20) -> dict[str, Any]:
    """The official archive: six pickled batches."""
    root.mkdir(parents=True, exist_ok=True)
    names = [*(f"data_batch_{number}" for number in range(1, 6)), "test_batch"]
    with tarfile.open(root / "cifar-10-python.tar.gz", "w:gz") as archive:
        for seed, name in enumerate(names):
            labels = np.arange(batch) % 10
            images = class_images(labels, 32, 3, seed).transpose(0, 3, 1, 2).reshape(batch, -1)
            content = pickle.dumps({b"data": images, b"labels": labels.tolist()}, protocol=2)
            member = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return {"name": "cifar10"}


def write_image_folder(root: Path, count: int = 8) -> dict[str, Any]:
    """Three classes of ``count`` colour images, with the splits train and test."""
    for split, size in (("train", count), ("test", 2)):
        for label, name in enumerate(("ant", "bee", "cat")):
            images = class_images(np.full(size, label), 12, 3, seed=label + size)
            for number, pixels in enumerate(images):
                save_image(root / "photos" / split / name / f"{number}.png", pixels)
    return {"name": "image-folder", "path": "photos", "batch_size": 4}


def write_flat_folder(root: Path, count: int = 8) -> dict[str, Any]:
    """Three classes of ``count`` grey images in one folder."""
    for label in range(3):
        for number, pixels in enumerate(class_images(np.full(count, label), 12, 1, seed=label)):
            save_image(root / "flat" / f"{label}_{number}.png", pixels)
    return {"name": "flat-folder", "path": "flat", "batch_size": 4}


def write_csv(root: Path, count: int = 8) -> dict[str, Any]:
    """The files of :func:`write_flat_folder` and a list of them."""
    write_flat_folder(root, count)
    files = sorted((root / "flat").glob("*.png"))
    rows = [f"flat/{file.name},{file.name.partition('_')[0]}" for file in files]
    (root / "images.csv").write_text("\n".join(["file,label", *rows]) + "\n")
    return {"name": "csv", "path": "images.csv", "batch_size": 4}


#: For each data set that ``ablate`` brings: write a small fake, and say by which options it is used.
FAKES: Mapping[str, Callable[[Path], dict[str, Any]]] = {
    "cifar10": write_cifar10,
    "csv": write_csv,
    "digits": write_digits,
    "fashion-mnist": write_fashion_mnist,
    "flat-folder": write_flat_folder,
    "image-folder": write_image_folder,
    **MASK_FAKES,
}


def check_data_set(options: DataOptions, root: Path, scratch: Path) -> None:
    """Assert all that is asked of a data set, whose files lie in ``root``."""
    place = place_at(root, scratch / "cache")
    prepared = prepare(options, place)
    _check_documented(options)
    _check_splits(options, prepared)
    for split in prepared.splits.values():
        if split.masks is not None:
            _check_masks(prepared, split, split.masks)
    _check_same(prepared, prepare(options, place))
    _check_same(prepared, prepare(options.model_copy(update={"batch_size": 2}), place))
    moved = Path(shutil.copytree(root, scratch / "moved"))
    _check_same(prepared, prepare(options, place_at(moved, scratch / "another-cache")))
    assert fingerprint(options, place) == prepared.fingerprint


def _check_documented(options: DataOptions) -> None:
    text = (type(options).__doc__ or "").lower()
    assert "licence" in text, "the docstring names source, licence and counts"


def _check_splits(options: DataOptions, prepared: PreparedData) -> None:
    shape = prepared.shape
    assert {"train", "val"} <= set(prepared.splits)
    assert prepared.num_classes >= 2
    assert len(prepared.normalization.mean) == shape.channels
    for split in prepared.splits.values():
        assert split.images.dtype == np.uint8
        assert split.images.shape[1:] == (shape.height, shape.width, shape.channels)
        assert split.indices.dtype == split.labels.dtype == np.int64
        assert len(split) == len(split.labels) == len(set(split.indices.tolist())) > 0
        assert 0 <= split.indices.min() <= split.indices.max() < len(split.images)
        assert split.class_counts(prepared.num_classes).sum() == len(split)
        assert (split.masks is not None) == ("segmentation" in options.tasks)
    train, val = prepared.splits["train"], prepared.splits["val"]
    assert prepared.class_counts("train").min() > 0
    if train.images is val.images:
        assert not set(train.indices.tolist()) & set(val.indices.tolist())


def _check_masks(prepared: PreparedData, split: Split, masks: Masks) -> None:
    size = (prepared.shape.height, prepared.shape.width)
    num_source = len(prepared.labels.source)
    assert len(prepared.labels.palette) == prepared.num_classes
    assert len(split.names) == len(split.images) == len(masks.resized) == len(masks.sizes)
    assert not split.labels.any()
    assert masks.resized.dtype == masks.pixels.dtype == np.uint8
    assert masks.resized.shape[1:] == size
    for image in split.indices.tolist():
        resized, original = masks.resized[image], masks.original(image)
        assert original.shape == tuple(masks.sizes[image])
        assert set(np.unique(original)) <= {*range(num_source), VOID}
        assert set(np.unique(resized)) <= set(np.unique(original))
        assert original.shape != size or np.array_equal(original, resized)
        counts = [np.count_nonzero(resized == label) for label in range(num_source)]
        assert masks.counts[image].tolist() == counts


def _check_same(one: PreparedData, other: PreparedData) -> None:
    assert one.fingerprint == other.fingerprint
    assert (one.classes, one.shape, one.normalization) == (
        other.classes,
        other.shape,
        other.normalization,
    )
    for name, split in one.splits.items():
        again = other.splits[name]
        assert np.array_equal(split.indices, again.indices)
        assert np.array_equal(split.labels, again.labels)
        assert np.array_equal(split.images[split.indices], again.images[again.indices])
        assert split.names == again.names
        assert (split.masks is None) == (again.masks is None)
        if split.masks is not None and again.masks is not None:
            for row in split.indices.tolist():
                assert np.array_equal(split.masks.original(row), again.masks.original(row))
                assert np.array_equal(split.masks.resized[row], again.masks.resized[row])


def _write_idx(path: Path, values: Pixels) -> None:
    header = struct.pack(f">I{values.ndim}I", 0x0800 | values.ndim, *values.shape)
    path.write_bytes(gzip.compress(header + values.tobytes(), mtime=0))
