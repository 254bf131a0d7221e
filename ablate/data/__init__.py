"""Data sets: found or downloaded, decoded once into a memory-mapped cache, split, augmented, batched.

Adding one is a file with a subclass of :class:`~ablate.data.dataset.ImageClassification` and a line below.
What is re-exported here loads on first use, so that listing names stays fast. (Not ``prepare``: its module, which has
the same name, would take its place.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ablate.registry import Table, load

if TYPE_CHECKING:
    from ablate.data.dataset import ImageClassification
    from ablate.data.normalization import resolve_normalization
    from ablate.data.place import DataPlace, default_place
    from ablate.data.prepare import fingerprint
    from ablate.data.prepared import PreparedData, Split

TABLE = Table(
    "data set",
    {
        "cifar10": "ablate.data.sets.cifar10:Cifar10",
        "csv": "ablate.data.sets.csv_list:CsvList",
        "digits": "ablate.data.sets.digits:Digits",
        "fashion-mnist": "ablate.data.sets.fashion_mnist:FashionMnist",
        "flat-folder": "ablate.data.sets.flat_folder:FlatFolder",
        "image-folder": "ablate.data.sets.image_folder:ImageFolder",
    },
)

__all__ = [
    "TABLE",
    "DataPlace",
    "ImageClassification",
    "PreparedData",
    "Split",
    "default_place",
    "fingerprint",
    "resolve_normalization",
]

_HOMES = {
    "DataPlace": "ablate.data.place",
    "ImageClassification": "ablate.data.dataset",
    "PreparedData": "ablate.data.prepared",
    "Split": "ablate.data.prepared",
    "default_place": "ablate.data.place",
    "fingerprint": "ablate.data.prepare",
    "resolve_normalization": "ablate.data.normalization",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return load(f"{_HOMES[name]}:{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
