"""Pascal VOC 2012."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ablate.data.dataset import SemanticSegmentation
from ablate.data.listed_pairs import listed_pairs
from ablate.data.mask_reading import IdMasks
from ablate.data.mask_source import MaskedSource, PairSource
from ablate.data.torchvision_download import download_whole
from ablate.spec.labels import Color

if TYPE_CHECKING:
    from ablate.data.place import DataPlace, Progress

CLASSES = (
    "background", "aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow",
    "diningtable", "dog", "horse", "motorbike", "person", "pottedplant", "sheep", "sofa", "train", "tvmonitor",
)  # fmt: skip

#: Where the data lies below a root; the first is where torchvision puts it, the second where we do.
_FOLDERS = ("VOCdevkit/VOC2012", "voc/VOCdevkit/VOC2012", "VOC2012")


class Voc(SemanticSegmentation):
    """2,913 photos, 21 classes with the background: 1,464 to train on, 1,449 to validate.

    Source: M. Everingham et al., The Pascal Visual Object Classes Challenge: a Retrospective, IJCV 111 (2015),
    http://host.robots.ox.ac.uk/pascal/VOC/voc2012/. Licence: the photos are under Flickr's terms of use. Found as
    ``VOCdevkit/VOC2012`` below a data folder, there or in ``voc``, or downloaded by torchvision (2 GB). The borders of
    objects (255) are left out. Photos differ in size: set ``size``.
    """

    def source(self, place: DataPlace, progress: Progress | None = None) -> MaskedSource:
        """The photos and masks that the lists of the segmentation task name."""
        folder = self._find(place, progress)
        lists = folder / "ImageSets" / "Segmentation"
        pairs = listed_pairs(
            self.name,
            {"train": lists / "train.txt", "val": lists / "val.txt"},
            folder / "JPEGImages",
            folder / "SegmentationClass",
        )
        ids = tuple((number, number) for number in range(len(CLASSES)))
        palette = tuple(_color(number) for number in range(len(CLASSES)))
        return MaskedSource(PairSource(CLASSES, pairs), IdMasks(ids), palette)

    def _find(self, place: DataPlace, progress: Progress | None) -> Path:
        looked = [path for folder in _FOLDERS for path in place.candidates(folder)]
        for folder in looked:
            if (folder / "SegmentationClass").is_dir():
                return folder
        if place.downloads is None:
            raise place.missing(self.name, "it was not found", looked, "allow downloads")
        if progress:
            progress("downloading Pascal VOC 2012", 0, 0)
        download_whole(self.name, place.downloads / "voc", _fetch)
        return place.downloads / "voc" / "VOCdevkit" / "VOC2012"


def _fetch(folder: Path) -> None:
    from torchvision.datasets import VOCSegmentation

    VOCSegmentation(folder, year="2012", download=True)


def _color(number: int) -> Color:
    """The official colour of a class: its bits, dealt out to red, green and blue from the highest down.

    >>> _color(1), _color(15)
    ((128, 0, 0), (192, 128, 128))
    """
    red, green, blue = (
        sum((number >> (3 * level + channel) & 1) << (7 - level) for level in range(3))
        for channel in range(3)
    )
    return red, green, blue
