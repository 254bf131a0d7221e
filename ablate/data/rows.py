"""Which images are in which split, and what of them is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ablate.data.source import SPLITS, SplitName
from ablate.data.split import TRAIN_PART, VALIDATION, Integers, allocate, choose
from ablate.errors import DataError
from ablate.spec.sections import DataOptions


@dataclass(frozen=True, slots=True)
class Strata:
    """The classes of all images of the splits that a source has.

    ``labels`` holds for each split (M,) int64, the classes by ``names``, or a negative number for an image that is left
    out. Where images have masks all are of one stratum without a name.
    """

    names: tuple[str, ...]
    labels: Mapping[SplitName, Integers]

    @property
    def remark(self) -> str:
        """What a rule about numbers of images says of classes."""
        return "" if self.names == ("",) else " (one a class)"


def split_rows(options: DataOptions, strata: Strata) -> dict[SplitName, tuple[SplitName, Integers]]:
    """Each split's home in the source, and its rows there.

    ``val`` is carved from ``train`` where the source has none.

    Raises:
        DataError: there are too few images.
    """
    rows = {split: (split, np.flatnonzero(labels >= 0)) for split, labels in strata.labels.items()}
    for split, (_, kept) in rows.items():
        if not len(kept):
            raise _error(options, f"no image of the split '{split}' is of a class that is kept")
    if "val" not in rows:
        train, val = _carve(options, strata, rows["train"][1])
        rows["train"], rows["val"] = ("train", train), ("train", val)
    rows["train"] = ("train", _part(options, strata, rows["train"][1]))
    return {split: rows[split] for split in SPLITS if split in rows}


def _carve(options: DataOptions, strata: Strata, rows: Integers) -> tuple[Integers, Integers]:
    """The rows of train and of val, stratified."""
    labels = strata.labels["train"][rows]
    names = strata.names
    counts = np.bincount(labels, minlength=len(names))
    scarce = [(name, n) for name, n in zip(names, counts, strict=True) if n < 2]
    if scarce:
        raise _too_few(options, scarce)
    wanted = round(options.val_fraction * len(labels))
    total = min(max(wanted, len(names)), len(labels) - len(names))
    shares = allocate(counts, counts - 1, total)
    is_val = choose(labels, shares, options.split_seed, VALIDATION)
    return rows[~is_val], rows[is_val]


def _too_few(options: DataOptions, scarce: list[tuple[str, int]]) -> DataError:
    if scarce[0][0] == "":
        rule = f"{scarce[0][1]} image cannot be split into train and val"
        return _error(options, f"{rule}. Add images, or provide a val split")
    found = ", ".join(f"{name!r} ({count})" for name, count in scarce)
    return _error(
        options,
        f"too few images to split into train and val: {found}; every class needs "
        "at least 2. Add images, or provide a val split",
    )


def _part(options: DataOptions, strata: Strata, rows: Integers) -> Integers:
    """The rows of the train split that ``train_size`` keeps, stratified."""
    if options.train_size is None:
        return rows
    size = options.train_size
    least = len(strata.names)
    total = size if isinstance(size, int) else round(size * len(rows))
    if not least <= total <= len(rows):
        raise _error(
            options,
            f"data.train_size {size} means {total} training images; it must be from "
            f"{least}{strata.remark} to {len(rows)} (the training split)",
        )
    labels = strata.labels["train"][rows]
    counts = np.bincount(labels, minlength=least)
    shares = allocate(counts, counts, total)
    chosen: Integers = rows[choose(labels, shares, options.split_seed, TRAIN_PART)]
    return chosen


def _error(options: DataOptions, message: str) -> DataError:
    return DataError(f"data set '{options.name}': {message}")
