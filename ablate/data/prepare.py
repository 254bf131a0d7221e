"""From options to prepared data: found, fingerprinted, decoded once, split. No torch."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from ablate.data.augment.step import Augmentation
from ablate.data.cache import CachedSplit, cached_images
from ablate.data.dataset import ImageClassification
from ablate.data.normalization import from_sums
from ablate.data.place import DataPlace, Progress
from ablate.data.plugin_source import (
    fingerprint_without_reading,
    is_read_by_trials_only,
    with_code,
)
from ablate.data.prepared import PreparedData, Split
from ablate.data.source import Source, SplitName
from ablate.data.split import TRAIN_PART, VALIDATION, Integers, allocate, choose
from ablate.data.survey import Survey, survey
from ablate.data.writing import damaged_images
from ablate.errors import DataError
from ablate.spec.sections import DataOptions
from ablate.spec.values import ImageShape

__all__ = ["PreparedData", "fingerprint", "prepare"]


def fingerprint(options: DataOptions, place: DataPlace, progress: Progress | None = None) -> str:
    """A hash of the data set's images, names and labels: the same wherever it lies.

    The files are read once; the result is remembered in the cache while they do not change. Of a data set of a
    plugin, whose code only trials execute, that code, its options and the files at ``path`` are hashed.

    Raises:
        DataError: the data is missing or cannot be read.
    """
    if is_read_by_trials_only(options):
        return fingerprint_without_reading(options, place, progress)
    return _survey(_source(options, place, progress), place.cache, progress).fingerprint


def prepare(
    options: DataOptions, place: DataPlace, progress: Progress | None = None
) -> PreparedData:
    """The data set decoded, resized and split; read from the cache when it was prepared before.

    Raises:
        DataError: the data is missing, damaged, or does not fit the options.
    """
    source = _source(options, place, progress)
    if len(source.classes) < 2:
        found = ", ".join(repr(name) for name in source.classes) or "none"
        raise _error(options, f"classification needs at least 2 classes, found {found}")
    surveyed = _survey(source, place.cache, progress)
    shape = _shape(options, surveyed)
    cached = cached_images(source, surveyed.fingerprint, shape, place.cache, progress)
    _check_classes(options, source.classes, cached)
    rows = _rows(options, source.classes, cached)
    train = cached["train"]
    prepared = PreparedData(
        name=options.name,
        fingerprint=surveyed.fingerprint,
        classes=source.classes,
        shape=shape,
        splits={split: _split(cached[home], chosen) for split, (home, chosen) in rows.items()},
        normalization=from_sums(train.sums[rows["train"][1]], shape.height * shape.width),
    )
    _check_use(options, prepared)
    return prepared


def _source(options: DataOptions, place: DataPlace, progress: Progress | None) -> Source:
    if is_read_by_trials_only(options):
        raise _error(
            options, "it is read by a plugin, whose code only the trials of 'ablate run' execute"
        )
    if not isinstance(options, ImageClassification):
        raise _error(options, "it is not a data set for image classification")
    try:
        return with_code(options, options.source(place, progress))
    except OSError as error:
        raise _error(options, f"cannot read {error.filename}: {error.strerror}") from error


def _survey(source: Source, cache: Path, progress: Progress | None) -> Survey:
    try:
        return survey(source, cache, progress)
    except OSError as error:
        raise DataError(
            f"cannot write the cache in {cache}: {error}. Set ABLATE_CACHE to another folder"
        ) from error


def _shape(options: DataOptions, surveyed: Survey) -> ImageShape:
    if not surveyed.sizes:
        raise damaged_images(surveyed.damaged)
    if options.size is None and len(surveyed.sizes) > 1:
        (first, h1, w1), (second, h2, w2) = surveyed.sizes
        raise _error(
            options,
            f"its images differ in size: {first} is {h1} x {w1}, {second} is {h2} x {w2} "
            "(height x width). Set data.size to resize all of them, for example data.size: 224",
        )
    _, height, width = surveyed.sizes[0]
    if options.size is not None:
        height, width = (options.size,) * 2 if isinstance(options.size, int) else options.size
    return ImageShape(channels=surveyed.channels, height=height, width=width)


def _check_classes(
    options: DataOptions, classes: tuple[str, ...], cached: Mapping[SplitName, CachedSplit]
) -> None:
    if "train" not in cached:
        raise _error(options, f"it has no training images, only the splits {', '.join(cached)}")
    counts = np.bincount(cached["train"].labels, minlength=len(classes))
    absent = [name for name, count in zip(classes, counts, strict=True) if count == 0]
    if absent:
        raise _error(options, f"no training image is of the class {', '.join(map(repr, absent))}")


def _rows(
    options: DataOptions, classes: tuple[str, ...], cached: Mapping[SplitName, CachedSplit]
) -> dict[SplitName, tuple[SplitName, Integers]]:
    """Each split's home in the cache, and its rows there."""
    rows: dict[SplitName, tuple[SplitName, Integers]] = {
        split: (split, np.arange(len(part.labels))) for split, part in cached.items()
    }
    if "val" not in cached:
        train, val = _carve(options, classes, cached["train"].labels)
        rows["train"], rows["val"] = ("train", train), ("train", val)
    rows["train"] = ("train", _part(options, classes, cached["train"].labels, rows["train"][1]))
    return {split: rows[split] for split in ("train", "val", "test") if split in rows}


def _carve(
    options: DataOptions, classes: tuple[str, ...], labels: Integers
) -> tuple[Integers, Integers]:
    """The rows of train and of val, stratified."""
    counts = np.bincount(labels, minlength=len(classes))
    scarce = [f"{name!r} ({n})" for name, n in zip(classes, counts, strict=True) if n < 2]
    if scarce:
        raise _error(
            options,
            f"too few images to split into train and val: {', '.join(scarce)}; every class needs "
            "at least 2. Add images, or provide a val split",
        )
    wanted = round(options.val_fraction * len(labels))
    total = min(max(wanted, len(classes)), len(labels) - len(classes))
    shares = allocate(counts, counts - 1, total)
    is_val = choose(labels, shares, options.split_seed, VALIDATION)
    return np.flatnonzero(~is_val), np.flatnonzero(is_val)


def _part(
    options: DataOptions, classes: tuple[str, ...], labels: Integers, rows: Integers
) -> Integers:
    """The rows of the train split that ``train_size`` keeps, stratified."""
    if options.train_size is None:
        return rows
    size = options.train_size
    total = size if isinstance(size, int) else round(size * len(rows))
    if not len(classes) <= total <= len(rows):
        raise _error(
            options,
            f"data.train_size {size} means {total} training images; it must be from "
            f"{len(classes)} (one a class) to {len(rows)} (the training split)",
        )
    counts = np.bincount(labels[rows], minlength=len(classes))
    shares = allocate(counts, counts, total)
    chosen: Integers = rows[choose(labels[rows], shares, options.split_seed, TRAIN_PART)]
    return chosen


def _split(part: CachedSplit, rows: Integers) -> Split:
    return Split(part.images, rows, part.labels[rows])


def _check_use(options: DataOptions, prepared: PreparedData) -> None:
    size = len(prepared.splits["train"])
    if options.batch_size > size:
        raise _error(
            options,
            f"data.batch_size {options.batch_size} is larger than the training split of {size} "
            f"images. Use at most {size}",
        )
    for step in options.augment:
        problems = step.problems(prepared.shape) if isinstance(step, Augmentation) else []
        for message in problems:
            raise _error(options, f"data.augment: {message}")


def _error(options: DataOptions, message: str) -> DataError:
    return DataError(f"data set '{options.name}': {message}")
