"""From options to prepared data: found, fingerprinted, decoded once, split. No torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from ablate.data.augment.step import mask_problems, problems
from ablate.data.cache import CachedSplit, cached_images
from ablate.data.dataset import ImageData
from ablate.data.grouping import labels_of, own_labels
from ablate.data.left_out import left_out_warnings
from ablate.data.mask_source import MaskedSource
from ablate.data.normalization import from_sums
from ablate.data.overlap import overlap_warnings
from ablate.data.palette import spread_palette
from ablate.data.place import DataPlace, Progress
from ablate.data.plugin_source import (
    fingerprint_without_reading,
    is_read_by_trials_only,
    with_code,
)
from ablate.data.prepared import VOID, PreparedData, Split
from ablate.data.rows import Strata, split_rows
from ablate.data.source import Source, SplitName
from ablate.data.split import Integers
from ablate.data.survey import Misfit, Survey, survey
from ablate.data.writing import damaged_images, first_lines
from ablate.errors import DataError
from ablate.spec.labels import Color, Groups, Labels
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
    options: DataOptions,
    place: DataPlace,
    progress: Progress | None = None,
    *,
    spaces: Mapping[str, Groups] | None = None,
) -> PreparedData:
    """The data set decoded, resized and split; read from the cache when it was prepared before.

    ``spaces`` are the study's label spaces, of which ``data.classes`` may name one.

    Raises:
        DataError: the data is missing, damaged, or does not fit the options.
    """
    source = _source(options, place, progress)
    _check_number_of_classes(options, source)
    labels = labels_of(options, source.classes, spaces or {}, _palette(source))
    surveyed = _survey(source, place.cache, progress)
    shape = _shape(options, surveyed)
    cached = cached_images(source, surveyed.fingerprint, shape, place.cache, progress)
    strata = _strata(options, labels, cached)
    rows = split_rows(options, strata)
    prepared = PreparedData(
        name=options.name,
        fingerprint=surveyed.fingerprint,
        labels=labels,
        shape=shape,
        splits={
            split: _split(cached[home], strata.labels[home], chosen)
            for split, (home, chosen) in rows.items()
        },
        normalization=from_sums(cached["train"].sums[rows["train"][1]], shape.height * shape.width),
    )
    _check_use(options, prepared)
    left_out = left_out_warnings({split: part.left_out for split, part in cached.items()})
    return replace(prepared, warnings=(*left_out, *overlap_warnings(prepared)))


def _source(options: DataOptions, place: DataPlace, progress: Progress | None) -> Source:
    if is_read_by_trials_only(options):
        raise _error(
            options, "it is read by a plugin, whose code only the trials of 'ablate run' execute"
        )
    if not isinstance(options, ImageData):
        raise _error(options, "it is not a data set of images")
    try:
        return with_code(options, options.source(place, progress))
    except OSError as error:
        raise _error(options, f"cannot read {error.filename}: {error.strerror}") from error


def _check_number_of_classes(options: DataOptions, source: Source) -> None:
    task = "segmentation" if isinstance(source, MaskedSource) else "classification"
    if len(source.classes) < 2:
        found = ", ".join(repr(name) for name in source.classes) or "none"
        raise _error(options, f"{task} needs at least 2 classes, found {found}")
    if isinstance(source, MaskedSource) and len(source.classes) > VOID:
        raise _error(options, f"masks hold at most {VOID} classes, not {len(source.classes)}")


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
    if surveyed.turned:
        raise _error(options, _say_turned(surveyed.turned))
    if surveyed.misfits:
        raise _error(options, _say(surveyed.misfits))
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


def _say(misfits: Sequence[Misfit]) -> str:
    lines = [
        f"{image} is {h} x {w}, {mask} is {mh} x {mw}" for image, h, w, mask, mh, mw in misfits
    ]
    rule = "images and their masks must have the same size (height x width)"
    return f"{rule}:{first_lines(lines)}\n  Repair or remove these pairs"


def _say_turned(turned: Sequence[tuple[str, int]]) -> str:
    lines = [f"{image}: orientation {how}" for image, how in turned]
    rule = "viewers turn these images (their EXIF orientation is not 1), so how masks lie on them is unclear"
    return (
        f"{rule}:{first_lines(lines)}\n  Store them upright, for example with 'mogrify -auto-orient', if "
        "the masks fit what viewers show; if they fit the pixels as stored, remove the tag, for example with "
        "'exiftool -Orientation='"
    )


def _palette(source: Source) -> tuple[Color, ...]:
    if not isinstance(source, MaskedSource):
        return ()
    return source.palette or spread_palette(source.classes)


def _strata(
    options: DataOptions, labels: Labels, cached: Mapping[SplitName, CachedSplit]
) -> Strata:
    if "train" not in cached:
        raise _error(options, f"it has no training images, only the splits {', '.join(cached)}")
    if cached["train"].masks is not None:
        return Strata(("",), {split: part.labels for split, part in cached.items()})
    own = {split: own_labels(labels, part.labels) for split, part in cached.items()}
    counts = np.bincount(own["train"][own["train"] >= 0], minlength=len(labels.classes))
    absent = [name for name, count in zip(labels.classes, counts, strict=True) if count == 0]
    if absent:
        raise _error(options, f"no training image is of the class {', '.join(map(repr, absent))}")
    return Strata(labels.classes, own)


def _split(part: CachedSplit, labels: Integers, rows: Integers) -> Split:
    return Split(part.images, rows, labels[rows], part.masks, part.names, part.hashes)


def _check_use(options: DataOptions, prepared: PreparedData) -> None:
    size = len(prepared.splits["train"])
    if options.batch_size > size:
        raise _error(
            options,
            f"data.batch_size {options.batch_size} is larger than the training split of {size} "
            f"images. Use at most {size}",
        )
    wrong = problems(options.augment, prepared.shape)
    if prepared.splits["train"].masks is not None:
        wrong += [message for step in options.augment for message in mask_problems(step)]
        if not prepared.class_counts("train").any():
            raise _error(options, "no pixel of the training images is of a class that is kept")
    for message in wrong:
        raise _error(options, f"data.augment: {message}")


def _error(options: DataOptions, message: str) -> DataError:
    return DataError(f"data set '{options.name}': {message}")
