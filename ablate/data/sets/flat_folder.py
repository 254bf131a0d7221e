"""A flat folder of files whose names begin with their label."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from ablate.data.dataset import ImageClassification
from ablate.data.listing import image_file, images_in, split_folders
from ablate.data.source import FileSource, ImageFile, SplitName, in_label_order
from ablate.errors import DataError
from ablate.spec.options import NotIdentity

if TYPE_CHECKING:
    from ablate.data.place import DataPlace, Progress

_NAME = re.compile(r"(?P<label>.+)_(?P<index>\d+)\.[^.]+")
_MOST_NAMED = 10


class FlatFolder(ImageClassification):
    """Files called ``<label>_<index>.png`` in one folder, or in its folders ``train``, ``val``, ``test``.

    One's own images, of any number and licence, in any usual format. The label is what stands before the last
    underscore. Labels that are all whole numbers are ordered by value, others as text.
    """

    path: Annotated[str, NotIdentity()]
    """The folder; looked for in each data folder unless it is absolute."""

    def source(self, place: DataPlace, progress: Progress | None = None) -> FileSource:
        """The images of the folder."""
        folder = place.locate(self.name, self.path)
        if not folder.is_dir():
            raise DataError(f"data set '{self.name}': {folder} is a file; it must be a folder")
        homes = split_folders(folder).items()
        files = [file for split, home in homes for file in _files(self.name, split, home)]
        return FileSource(in_label_order([file.label for file in files]), tuple(files))


def _files(data_set: str, split: SplitName, home: Path) -> list[ImageFile]:
    entries = list(images_in(home, below=False))
    if not entries:
        raise DataError(f"data set '{data_set}': {home} holds no images")
    matches = [(entry, _NAME.fullmatch(entry.name)) for entry in entries]
    if strange := [entry.name for entry, match in matches if match is None]:
        more = ", ..." if len(strange) > _MOST_NAMED else ""
        raise DataError(
            f"data set '{data_set}': in {home}, {len(strange)} names are not <label>_<index>: "
            f"{', '.join(strange[:_MOST_NAMED])}{more}. Rename or remove them"
        )
    return [
        image_file(split, match["label"], entry.name, entry) for entry, match in matches if match
    ]
