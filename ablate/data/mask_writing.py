"""Reading the masks of a whole source into arrays on disk, a chunk at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ablate.data.decode import DAMAGE, reason
from ablate.data.left_out import left_out, show_values
from ablate.data.mask_reading import MaskReading, Strange, WrongKindError
from ablate.data.mask_source import MaskedSource
from ablate.data.place import Progress
from ablate.data.source import SPLITS, Pixels, Record, where_mask
from ablate.data.writing import first_lines, flush, in_chunks, save, write_header
from ablate.errors import DataError
from ablate.files import write_json
from ablate.spec.values import ImageShape

#: Masks are held in memory at their original size, which may be large.
_CHUNK = 32
_MOST_VALUES = 4
_DAMAGE_REMEDY = "Replace or remove what is damaged"


@dataclass(frozen=True, slots=True)
class _ReadMask:
    """``original`` (h, w) and ``resized`` (H, W) uint8; why they cannot be used, and what to do about it."""

    name: str
    original: Pixels
    resized: Pixels
    strange: tuple[Strange, ...] = ()
    problem: str = ""
    remedy: str = ""


def write_masks(
    source: MaskedSource, shape: ImageShape, folder: Path, progress: Progress | None
) -> None:
    """Write each split's files of masks.

    These are ``<split>-masks.npy``, ``-originals.raw``, ``-sizes.npy``, ``-counts.npy``, ``-names.json`` and
    ``-left-out.json``. There is no file of originals where each has the size of the resized ones.

    Raises:
        DataError: masks are damaged or hold values that are no class; the text names the first of them.
        OSError: the disk is full or cannot be written.
    """
    records = source.records()
    unusable: list[_ReadMask] = []
    done = 0
    for split in SPLITS:
        members = [record for record in records if record.split == split]
        if not members:
            continue
        for masks in _write_split(members, source, shape, folder / split):
            unusable += [mask for mask in masks if mask.problem]
            done += len(masks)
            if progress:
                progress("decoding masks", done, len(records))
    if unusable:
        raise _unusable(unusable)


def _write_split(
    records: Sequence[Record], source: MaskedSource, shape: ImageShape, prefix: Path
) -> Iterator[list[_ReadMask]]:
    """Write one split; yield its masks as they are read."""
    sizes: list[tuple[int, ...]] = []
    counts: list[NDArray[np.int64]] = []
    strange = Counter[str]()
    size = (shape.height, shape.width)
    originals = Path(f"{prefix}-originals.raw")
    read = partial(_read, source.masks, size)
    with Path(f"{prefix}-masks.npy").open("wb") as resized, originals.open("wb") as whole:
        write_header(resized, (len(records), *size))
        for masks in in_chunks(records, read, _CHUNK):
            for mask in masks:
                resized.write(mask.resized.tobytes())
                whole.write(mask.original.tobytes())
                sizes.append(mask.original.shape)
                counts.append(_count(mask.resized, len(source.classes)))
                strange.update(dict(mask.strange))
            yield masks
        flush(resized)
        flush(whole)
    if set(sizes) == {size}:
        originals.unlink()
    save(Path(f"{prefix}-sizes.npy"), np.array(sizes, np.int64))
    save(Path(f"{prefix}-counts.npy"), np.stack(counts))
    write_json(Path(f"{prefix}-names.json"), [record.name for record in records])
    total = int(np.prod(sizes, axis=1).sum())
    write_json(Path(f"{prefix}-left-out.json"), asdict(left_out(total, strange)))


def _read(reading: MaskReading, size: tuple[int, int], record: Record) -> _ReadMask:
    name = where_mask(record)
    try:
        mask, strange = reading.read(record.read_mask())
    except DAMAGE as error:
        nothing = np.zeros((0, 0), np.uint8)
        remedy = error.remedy if isinstance(error, WrongKindError) else _DAMAGE_REMEDY
        return _ReadMask(name, nothing, nothing, problem=reason(error), remedy=remedy)
    read = _ReadMask(name, mask, _resize(mask, size), tuple(strange))
    if not strange or reading.leaves_out_strange:
        return read
    return replace(read, problem=_say(strange), remedy=reading.remedy)


def _resize(mask: Pixels, size: tuple[int, int]) -> Pixels:
    """The mask at a height and width: of each pixel the nearest, as Pillow resizes the image beside it."""
    if mask.shape == size:
        return mask
    image = Image.fromarray(mask).resize((size[1], size[0]), Image.Resampling.NEAREST)
    return np.asarray(image, np.uint8)


def _count(mask: Pixels, num_classes: int) -> NDArray[np.int64]:
    return np.bincount(mask.ravel(), minlength=256)[:num_classes].astype(np.int64)


def _unusable(masks: Sequence[_ReadMask]) -> DataError:
    lines = [f"{mask.name}: {mask.problem}" for mask in masks]
    count = "1 mask cannot be used" if len(masks) == 1 else f"{len(masks)} masks cannot be used"
    advice = dict.fromkeys(mask.remedy for mask in masks)
    return DataError(f"{count}:{first_lines(lines)}\n  {'. '.join(advice)}")


def _say(strange: Sequence[Strange]) -> str:
    named = show_values(strange[:_MOST_VALUES])
    more = f" and {len(strange) - _MOST_VALUES} more" if len(strange) > _MOST_VALUES else ""
    return f"{named}{more}: no class has that"
