"""Fashion-MNIST, from its official archives."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ablate.data.dataset import ImageClassification
from ablate.data.download import Download, download
from ablate.data.source import ArchiveSource, Pixels, Record, SplitName, pixel_records
from ablate.errors import DataError

if TYPE_CHECKING:
    from ablate.data.place import DataPlace, Progress

CLASSES = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
    "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
)  # fmt: skip

_URL = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com"

#: Images and labels of train, then of test.
FILES = (
    Download(
        f"{_URL}/train-images-idx3-ubyte.gz",
        "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
    ),
    Download(
        f"{_URL}/train-labels-idx1-ubyte.gz",
        "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
    ),
    Download(
        f"{_URL}/t10k-images-idx3-ubyte.gz",
        "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
    ),
    Download(
        f"{_URL}/t10k-labels-idx1-ubyte.gz",
        "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
    ),
)

#: Where the archives lie below a root; the first is where torchvision puts them, the last where we do.
FOLDERS = ("FashionMNIST/raw", "fashion-mnist/FashionMNIST/raw", "fashion-mnist")


class FashionMnist(ImageClassification):
    """70,000 grey images of clothing, 28 x 28, 10 classes: 60,000 to train on, 10,000 to test.

    Source: H. Xiao, K. Rasul, R. Vollgraf, Fashion-MNIST (2017), https://arxiv.org/abs/1708.07747,
    https://github.com/zalandoresearch/fashion-mnist. Licence: MIT. Found in ``FashionMNIST/raw``,
    ``fashion-mnist/FashionMNIST/raw`` or ``fashion-mnist`` below a data folder, or downloaded (31 MB).
    """

    def source(self, place: DataPlace, progress: Progress | None = None) -> ArchiveSource:
        """The four official archives."""
        folder = _find(self.name, place, progress)
        files = tuple(folder / file.file for file in FILES)
        return ArchiveSource(CLASSES, files, "idx 1", lambda: _read(files))


def _find(name: str, place: DataPlace, progress: Progress | None) -> Path:
    looked = [path for folder in FOLDERS for path in place.candidates(folder)]
    for folder in looked:
        if all((folder / file.file).is_file() for file in FILES):
            return folder
    if place.downloads is None:
        files = ", ".join(file.file for file in FILES)
        raise place.missing(name, f"its files {files} were not found", looked, "allow downloads")
    target = place.downloads / "fashion-mnist"
    download(FILES, target, progress)
    return target


def _read(files: Sequence[Path]) -> Sequence[Record]:
    train_images, train_labels, test_images, test_labels = (_read_idx(file) for file in files)
    return [
        *_records("train", train_images, train_labels, files[0]),
        *_records("test", test_images, test_labels, files[2]),
    ]


def _records(split: SplitName, images: Pixels, labels: Pixels, file: Path) -> Sequence[Record]:
    if len(images) != len(labels) or labels.max(initial=0) >= len(CLASSES):
        raise DataError(
            f"{file} and its labels do not fit together: {images.shape}, {labels.shape}"
        )
    return pixel_records(split, images, labels)


def _read_idx(file: Path) -> Pixels:
    """An array in the IDX format: magic number (type, dimensions), sizes, values."""
    try:
        content = gzip.decompress(file.read_bytes())
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{file} is damaged: {error}. Delete it and get it again") from error
    dimensions = content[3] if content[:3] == b"\x00\x00\x08" and len(content) > 3 else 0
    start = 4 + 4 * dimensions
    sizes = np.frombuffer(content[4:start], ">u4").astype(int)
    if dimensions not in (1, 3) or len(content) != start + sizes.prod():
        raise DataError(f"{file} is not an IDX file of bytes. Delete it and get it again")
    return np.frombuffer(content, np.uint8, offset=start).reshape(sizes)
