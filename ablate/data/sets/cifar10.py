"""CIFAR-10, from its official archive or as a tree of class folders."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ablate.data.dataset import ImageClassification
from ablate.data.download import Download, download
from ablate.data.sets.cifar10_archives import read_class_tree, read_official
from ablate.data.sets.image_folder import class_folders
from ablate.data.source import ArchiveSource, FileSource, Source
from ablate.errors import DataError

if TYPE_CHECKING:
    from ablate.data.place import DataPlace, Progress

CLASSES = (
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
)  # fmt: skip

OFFICIAL = Download(
    "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",
    "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
)


class Cifar10(ImageClassification):
    """60,000 colour images, 32 x 32, 10 classes: 50,000 to train on, 10,000 to test.

    Source: A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images (2009),
    https://www.cs.toronto.edu/~kriz/cifar.html. Licence: none stated. Found below a data folder, there or in
    ``cifar10``, as the official ``cifar-10-python.tar.gz``, as a class-tree archive ``cifar10-jpeg.tar.xz`` or as the
    tree itself, ``cifar10/{train,test}/CLASS/*.jpg``; otherwise the official archive is downloaded (170 MB). A tree of
    JPEG files is lossy: its scores do not compare with published ones.
    """

    def source(self, place: DataPlace, progress: Progress | None = None) -> Source:
        """The first form found in the first data folder that has one."""
        looked: list[Path] = []
        for root in place.roots:
            for relative, open_form in _FORMS:
                if (path := root / relative).exists():
                    return open_form(path)
                looked.append(path)
        if place.downloads is None:
            raise place.missing(self.name, "it was not found", looked, "allow downloads")
        download([OFFICIAL], place.downloads / "cifar10", progress)
        return _official(place.downloads / "cifar10" / OFFICIAL.file)


def _official(archive: Path) -> ArchiveSource:
    return ArchiveSource(CLASSES, (archive,), "cifar10 1", lambda: read_official(archive))


def _class_tree(archive: Path) -> ArchiveSource:
    return ArchiveSource(CLASSES, (archive,), "tree 1", lambda: read_class_tree(archive, CLASSES))


def _unpacked_tree(folder: Path) -> FileSource:
    found = class_folders("cifar10", folder)
    if found.classes != CLASSES:
        raise DataError(
            f"data set 'cifar10': {folder} has the classes {', '.join(found.classes)}; "
            f"it must have {', '.join(CLASSES)}. Use image-folder for other data"
        )
    return found


_FORMS: tuple[tuple[str, Callable[[Path], Source]], ...] = (
    ("cifar10/cifar-10-python.tar.gz", _official),
    ("cifar-10-python.tar.gz", _official),
    ("cifar10/cifar10-jpeg.tar.xz", _class_tree),
    ("cifar10-jpeg.tar.xz", _class_tree),
    ("cifar10/train", lambda train: _unpacked_tree(train.parent)),
)
