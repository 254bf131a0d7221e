"""Folders of images beside folders of masks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import field_validator

from ablate.data.mask_files import MaskFiles
from ablate.data.mask_source import MaskedSource
from ablate.data.pairs import SPLIT, folder_pairs
from ablate.spec.options import NotIdentity, invalid

if TYPE_CHECKING:
    from ablate.data.place import DataPlace, Progress


class MaskFolder(MaskFiles):
    """Images in folders, and masks of the same names in folders beside: ``PATH/train/images``, ``PATH/train/masks``.

    One's own images, of any number and licence. A mask belongs to the image with the same name but for the ending.
    Masks hold ids, or colours where ``colors`` says which. ``val`` and ``test`` are optional; ``valid`` and
    ``validation`` mean ``val``.
    """

    images: Annotated[str, NotIdentity()] = "{split}/images"
    """Where the images lie below ``path``; without ``{split}`` all are in ``train``."""
    masks: Annotated[str, NotIdentity()] = "{split}/masks"
    """Where the masks lie below ``path``."""

    @field_validator("images", "masks")
    @classmethod
    def _only_the_split_is_left_open(cls, value: str) -> str:
        if set("{}") & set(value.replace(SPLIT, "")):
            raise invalid(f"{value!r} may leave nothing open but {SPLIT}")
        return value

    def source(self, place: DataPlace, progress: Progress | None = None) -> MaskedSource:
        """The images and masks of the folders."""
        folder = place.locate(self.name, self.path)
        return self.masked(folder, folder_pairs(self.name, folder, self.images, self.masks))
