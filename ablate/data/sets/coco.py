"""COCO's annotations of objects, as masks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from ablate.data.coco_source import AnnotatedFolder, CocoSource
from ablate.data.dataset import SemanticSegmentation
from ablate.data.mask_reading import IdMasks
from ablate.data.mask_source import MaskedSource
from ablate.data.pairs import SPLIT, pattern_folders
from ablate.data.prepared import VOID
from ablate.spec.options import NotIdentity

if TYPE_CHECKING:
    from ablate.data.place import DataPlace, Progress


class Coco(SemanticSegmentation):
    """Photos with objects annotated as in COCO (118,287 and 5,000 photos, 80 categories, 12 supercategories).

    Source: T.-Y. Lin et al., Microsoft COCO: Common Objects in Context, ECCV 2014, https://cocodataset.org. Licence:
    CC BY 4.0 for the annotations; the photos are under Flickr's terms of use. One's own files of that format do as
    well. ``val`` and ``test`` are there if both their folder and their annotations are. Class 0 is ``background``, the
    others follow in the order of the category ids. Smaller objects lie on larger ones; crowds are left out. Photos
    differ in size: set ``size``.
    """

    path: Annotated[str, NotIdentity()] = "coco"
    """The folder; looked for in each data folder unless it is absolute."""
    images: Annotated[str, NotIdentity()] = "{split}2017"
    """Where the photos lie below ``path``; without ``{split}`` all are in ``train``."""
    annotations: Annotated[str, NotIdentity()] = "annotations/instances_{split}2017.json"
    """Where the annotations of these photos lie."""
    by: Annotated[Literal["category", "supercategory"], NotIdentity()] = "category"
    """What the classes are."""

    def source(self, place: DataPlace, progress: Progress | None = None) -> MaskedSource:
        """The photos that the annotations list."""
        home = place.locate(self.name, self.path)
        places = pattern_folders(self.name, home, self.images, self.annotations)
        found = {
            split: AnnotatedFolder(folder, home / self.annotations.replace(SPLIT, name))
            for split, (name, folder) in places.items()
        }
        # The official test photos have no annotations.
        folders = {
            split: folder
            for split, folder in found.items()
            if split == "train" or folder.annotations.exists()
        }
        images = CocoSource(self.name, folders, self.by, place.cache)
        ids = tuple((number, number) for number in range(len(images.classes)))
        return MaskedSource(images, IdMasks(ids, (VOID,)), is_stored_view=False)
