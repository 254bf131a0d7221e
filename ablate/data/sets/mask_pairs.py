"""Images and masks side by side, told apart by how their names end."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import Field, model_validator

from ablate.data.listing import images_in, split_folders
from ablate.data.mask_files import MaskFiles
from ablate.data.mask_source import ImagePair, MaskedSource
from ablate.data.pairs import check_spare, distinct, paired
from ablate.data.source import SplitName
from ablate.errors import DataError
from ablate.spec.options import NotIdentity, invalid

if TYPE_CHECKING:
    from ablate.data.place import DataPlace, Progress

_Suffix = Annotated[str, Field(min_length=1), NotIdentity()]


class MaskPairs(MaskFiles):
    """Pairs of files such as ``NAME_sat.jpg`` and ``NAME_mask.png`` in one folder, or in ``train``, ``val``, ``test``.

    One's own images, of any number and licence. Masks hold ids, or colours where ``colors`` says which; other files are
    left alone. ``valid`` and ``validation`` mean ``val``.
    """

    image_suffix: _Suffix = "_sat.jpg"
    """How the names of images end."""
    mask_suffix: _Suffix = "_mask.png"
    """How the names of masks end."""

    @model_validator(mode="after")
    def _suffixes_differ(self) -> Self:
        if self.image_suffix == self.mask_suffix:
            raise invalid(f"image_suffix and mask_suffix are both {self.mask_suffix!r}")
        return self

    def source(self, place: DataPlace, progress: Progress | None = None) -> MaskedSource:
        """The pairs of the folder."""
        folder = place.locate(self.name, self.path)
        if not folder.is_dir():
            raise DataError(f"data set '{self.name}': {folder} is a file; it must be a folder")
        homes = split_folders(folder).items()
        return self.masked(
            folder, [pair for split, home in homes for pair in self._pairs(split, home)]
        )

    def _pairs(self, split: SplitName, home: Path) -> list[ImagePair]:
        images, masks = (
            self._ending(home, suffix) for suffix in (self.image_suffix, self.mask_suffix)
        )
        if not images:
            raise DataError(
                f"data set '{self.name}': {home} holds no file called *{self.image_suffix}. "
                "Set image_suffix to how the names of images end"
            )
        pairs = paired(self.name, split, images, masks, f"called *{self.mask_suffix} in {home}")
        check_spare(self.name, (entry for name, entry in masks.items() if name not in images))
        return pairs

    def _ending(self, home: Path, suffix: str) -> dict[str, os.DirEntry[str]]:
        # One suffix may end with the other: 'a_mask.png' is no image '*.png'.
        other = max(self.image_suffix, self.mask_suffix, key=len)
        entries = [
            entry
            for entry in images_in(home, below=False)
            if entry.name.endswith(suffix) and (other == suffix or not entry.name.endswith(other))
        ]
        return distinct(self.name, entries, lambda entry: entry.name.removesuffix(suffix))
