"""Oxford-IIIT Pet: cats and dogs with trimaps."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ablate.data.dataset import SemanticSegmentation
from ablate.data.listed_pairs import listed_pairs
from ablate.data.mask_reading import IdMasks
from ablate.data.mask_source import MaskedSource, PairSource
from ablate.data.torchvision_download import download_whole

if TYPE_CHECKING:
    from ablate.data.place import DataPlace, Progress

#: The classes, whose ids are 1 to 3.
CLASSES = {"pet": (230, 159, 0), "background": (64, 64, 64), "border": (86, 180, 233)}

#: Where the data lies below a root: where torchvision puts it, and in the folder of our own downloads.
_FOLDERS = ("oxford-iiit-pet", "oxford-pet/oxford-iiit-pet")


class OxfordPet(SemanticSegmentation):
    """7,349 photos of pets, 3 classes (pet, background, border): 3,680 to train on, 3,669 to test.

    Source: O. Parkhi et al., Cats and Dogs, CVPR 2012, https://www.robots.ox.ac.uk/~vgg/data/pets/. Licence:
    CC BY-SA 4.0. Found as ``oxford-iiit-pet`` below a data folder, or downloaded by torchvision (800 MB). To leave the
    border out name the two others under ``classes``. Photos differ in size: set ``size``.
    """

    def source(self, place: DataPlace, progress: Progress | None = None) -> MaskedSource:
        """The photos and trimaps that the official lists name."""
        folder = self._find(place, progress)
        annotations = folder / "annotations"
        pairs = listed_pairs(
            self.name,
            {"train": annotations / "trainval.txt", "test": annotations / "test.txt"},
            folder / "images",
            annotations / "trimaps",
        )
        ids = tuple((number + 1, number) for number in range(len(CLASSES)))
        images = PairSource(tuple(CLASSES), pairs)
        return MaskedSource(images, IdMasks(ids, ()), tuple(CLASSES.values()))

    def _find(self, place: DataPlace, progress: Progress | None) -> Path:
        looked = [path for folder in _FOLDERS for path in place.candidates(folder)]
        for folder in looked:
            if (folder / "annotations").is_dir():
                return folder
        if place.downloads is None:
            raise place.missing(self.name, "it was not found", looked, "allow downloads")
        if progress:
            progress("downloading Oxford-IIIT Pet", 0, 0)
        download_whole(self.name, place.downloads / "oxford-pet", _fetch)
        return place.downloads / "oxford-pet" / "oxford-iiit-pet"


def _fetch(folder: Path) -> None:
    from torchvision.datasets import OxfordIIITPet

    OxfordIIITPet(folder, target_types="segmentation", download=True)
