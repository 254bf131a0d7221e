"""Data sets: found or downloaded, decoded once into a memory-mapped cache, split, augmented, batched.

Adding one is a file with a subclass of :class:`~ablate.data.dataset.ImageClassification` or
:class:`~ablate.data.dataset.SemanticSegmentation` and a line below.
What is re-exported here loads on first use, so that listing names stays fast. (Not ``prepare``: its module, which has
the same name, would take its place.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ablate.registry import Table, load

if TYPE_CHECKING:
    from ablate.data.dataset import ImageClassification, SemanticSegmentation
    from ablate.data.normalization import resolve_normalization
    from ablate.data.place import DataPlace, default_place
    from ablate.data.prepare import fingerprint
    from ablate.data.prepared import PreparedData, Split

TABLE = Table(
    "data set",
    {
        "camvid": "ablate.data.sets.camvid:Camvid",
        "cifar10": "ablate.data.sets.cifar10:Cifar10",
        "coco": "ablate.data.sets.coco:Coco",
        "csv": "ablate.data.sets.csv_list:CsvList",
        "digits": "ablate.data.sets.digits:Digits",
        "fashion-mnist": "ablate.data.sets.fashion_mnist:FashionMnist",
        "flat-folder": "ablate.data.sets.flat_folder:FlatFolder",
        "image-folder": "ablate.data.sets.image_folder:ImageFolder",
        "mask-folder": "ablate.data.sets.mask_folder:MaskFolder",
        "mask-pairs": "ablate.data.sets.mask_pairs:MaskPairs",
        "oxford-pet": "ablate.data.sets.oxford_pet:OxfordPet",
        "shapes": "ablate.data.sets.shapes:Shapes",
        "voc": "ablate.data.sets.voc:Voc",
    },
)

__all__ = [
    "TABLE",
    "DataPlace",
    "ImageClassification",
    "PreparedData",
    "SemanticSegmentation",
    "Split",
    "default_place",
    "fingerprint",
    "resolve_normalization",
]

_HOMES = {
    "DataPlace": "ablate.data.place",
    "ImageClassification": "ablate.data.dataset",
    "PreparedData": "ablate.data.prepared",
    "SemanticSegmentation": "ablate.data.dataset",
    "Split": "ablate.data.prepared",
    "default_place": "ablate.data.place",
    "fingerprint": "ablate.data.prepare",
    "resolve_normalization": "ablate.data.normalization",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return load(f"{_HOMES[name]}:{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
