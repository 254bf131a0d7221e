"""Reading CIFAR-10's archives in place: nothing is unpacked, and no pickle can run code."""

from __future__ import annotations

import io
import pickle
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ablate.data.archive import read_members
from ablate.data.listing import SPLIT_ALIASES
from ablate.data.source import SPLITS, Pixels, Record, SplitName, pixel_records
from ablate.errors import DataError

_BATCHES = {f"data_batch_{number}" for number in range(1, 6)} | {"test_batch"}
_TREE = re.compile(r"(?:\./)?(?:train|test)/[^/]+/[^/]+\.(?:jpg|png)")


def read_official(archive: Path) -> list[Record]:
    """The images of ``cifar-10-python.tar.gz``: pickled dictionaries of ``data`` (N, 3072) and ``labels``."""
    members = read_members(archive, lambda name: Path(name).name in _BATCHES)
    batches = {Path(name).name: _read_batch(archive, content) for name, content in members}
    if missing := sorted(_BATCHES - batches.keys()):
        raise DataError(f"{archive} lacks {', '.join(missing)}. Delete it and get it again")
    records: list[Record] = []
    for name in sorted(batches):
        split: SplitName = "test" if name == "test_batch" else "train"
        first = len(records) if split == "train" else 0
        records += pixel_records(split, *batches[name], first=first)
    return records


def read_class_tree(archive: Path, classes: Sequence[str]) -> list[Record]:
    """The images of an archive of ``{train,test}/CLASS/NAME.jpg``, in the order of an unpacked tree."""
    index = {name: label for label, name in enumerate(classes)}
    records: list[Record] = []
    for name, content in read_members(archive, lambda name: bool(_TREE.fullmatch(name))):
        split, label, file = Path(name).parts[-3:]
        if label not in index:
            raise DataError(f"{archive} holds the class {label!r}, which is not one of CIFAR-10's")
        records.append(Record(SPLIT_ALIASES[split], index[label], f"{label}/{file}", content))
    return sorted(records, key=lambda record: (SPLITS.index(record.split), record.name))


def _read_batch(archive: Path, content: bytes) -> tuple[Pixels, Sequence[int]]:
    try:
        batch = _ArraysOnly(io.BytesIO(content), encoding="bytes").load()
        data = np.asarray(batch[b"data"], np.uint8).reshape(-1, 3, 32, 32)
        labels = [int(label) for label in batch[b"labels"]]
    except (pickle.UnpicklingError, EOFError, KeyError, TypeError, ValueError) as error:
        raise DataError(f"{archive} is not CIFAR-10's archive: {error}") from error
    if len(data) != len(labels) or not set(labels) <= set(range(10)):
        raise DataError(f"{archive} is not CIFAR-10's archive: labels and images do not fit")
    return np.ascontiguousarray(data.transpose(0, 2, 3, 1)), labels


class _ArraysOnly(pickle.Unpickler):
    """Loads NumPy arrays and plain containers; whatever else a pickle names is refused, not imported."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _ALLOWED:
            raise pickle.UnpicklingError(f"it names {module}.{name}, which no array needs")
        return super().find_class(_MOVED.get(module, module), name)


_MOVED = {"numpy.core.multiarray": "numpy._core.multiarray"}
_ALLOWED = {
    ("numpy.core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
    ("_codecs", "encode"),
}
