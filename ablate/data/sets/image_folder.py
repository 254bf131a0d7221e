"""A folder of class folders."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from ablate.data.dataset import ImageClassification
from ablate.data.listing import image_file, images_in, name_below, split_folders
from ablate.data.source import FileSource, ImageFile, SplitName
from ablate.errors import DataError
from ablate.spec.options import NotIdentity

if TYPE_CHECKING:
    from ablate.data.place import DataPlace, Progress


class ImageFolder(ImageClassification):
    """Class folders: ``PATH/{train,val,test}/CLASS/*.jpg``, or ``PATH/CLASS/*.jpg`` without splits.

    One's own images, of any number and licence. Classes are numbered in the order of their names, as by torchvision's
    ``ImageFolder``; images in folders below a class folder belong to the class. ``val`` and ``test`` are optional;
    ``valid`` and ``validation`` mean ``val``.
    """

    path: Annotated[str, NotIdentity()]
    """The folder; looked for in each data folder unless it is absolute."""

    def source(self, place: DataPlace, progress: Progress | None = None) -> FileSource:
        """The images of the folder."""
        return class_folders(self.name, place.locate(self.name, self.path))


def class_folders(data_set: str, folder: Path) -> FileSource:
    """The images of a folder with or without split folders.

    Raises:
        DataError: there are no class folders, or one is empty or not a class of ``train``.
    """
    if not folder.is_dir():
        raise DataError(f"data set '{data_set}': {folder} is a file; it must be a folder")
    classes: tuple[str, ...] = ()
    files: list[ImageFile] = []
    for split, home in split_folders(folder).items():
        names = _class_names(data_set, home)
        classes = classes if split != "train" else names
        if strange := sorted(set(names) - set(classes)):
            raise DataError(
                f"data set '{data_set}': {home} has classes that train lacks: {', '.join(strange)}"
            )
        for name in names:
            files += _images(data_set, split, home, name)
    return FileSource(classes, tuple(files))


def _class_names(data_set: str, home: Path) -> tuple[str, ...]:
    names = sorted(p.name for p in home.iterdir() if p.is_dir() and not p.name.startswith("."))
    if not names:
        raise DataError(
            f"data set '{data_set}': {home} holds no class folders. "
            "'flat-folder' reads files called <label>_<index>.png, 'csv' a list of files"
        )
    return tuple(names)


def _images(data_set: str, split: SplitName, home: Path, name: str) -> list[ImageFile]:
    entries = images_in(home / name, below=True)
    files = [image_file(split, name, name_below(home, entry), entry) for entry in entries]
    if not files:
        raise DataError(
            f"data set '{data_set}': the class folder {home / name} holds no images. Remove it"
        )
    return files
