"""Pairing the image files of folders with those of their masks."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from ablate.data.listing import SPLIT_ALIASES, images_in, name_below
from ablate.data.mask_source import ImagePair
from ablate.data.source import SplitName
from ablate.data.writing import first_lines
from ablate.errors import DataError

#: What stands for the name of a split in the pattern of a folder.
SPLIT = "{split}"

#: Name of a pair to the file of its image, or of its mask.
Named = Mapping[str, os.DirEntry[str]]


def pattern_folders(
    data_set: str, home: Path, images: str, partner: str
) -> dict[SplitName, tuple[str, Path]]:
    """The folders below ``home`` that the pattern ``images`` means, each with the name that its split has there.

    ``partner`` is the pattern of what belongs to the images.

    Raises:
        DataError: there is none for ``train``, or two of them mean the same split.
    """
    if SPLIT in partner and SPLIT not in images:
        raise _error(data_set, f"{partner!r} depends on the split, but images: {images!r} does not")
    if SPLIT not in images:
        return {"train": ("", _existing(data_set, home / images))}
    found: dict[SplitName, tuple[str, Path]] = {}
    for name, split in SPLIT_ALIASES.items():
        folder = home / images.replace(SPLIT, name)
        if not folder.is_dir():
            continue
        if split in found:
            raise _error(
                data_set, f"{folder} and {found[split][1]} are both the split '{split}'. Keep one"
            )
        found[split] = name, folder
    if "train" not in found:
        wanted = home / images.replace(SPLIT, "train")
        raise _error(data_set, f"there is no folder {wanted}, which holds the training images")
    return found


def folder_pairs(data_set: str, home: Path, images: str, masks: str) -> tuple[ImagePair, ...]:
    """The images of the folders ``images`` and the masks of ``masks`` below ``home`` that have the same stem.

    Splits may share a folder of masks.

    Raises:
        DataError: one has no partner, or two images have the same stem.
    """
    pairs: list[ImagePair] = []
    there: dict[Path, dict[str, os.DirEntry[str]]] = {}
    for split, (name, folder) in pattern_folders(data_set, home, images, masks).items():
        mask_folder = _existing(data_set, home / masks.replace(SPLIT, name))
        if mask_folder not in there:
            there[mask_folder] = _by_stem(data_set, mask_folder)
        found = _by_stem(data_set, folder)
        if not found:
            raise _error(data_set, f"{folder} holds no images")
        pairs += paired(data_set, split, found, there[mask_folder], f"in {mask_folder}")
    used = {pair.mask for pair in pairs}
    masks_there = (entry for folder in there.values() for entry in folder.values())
    check_spare(data_set, (entry for entry in masks_there if entry.path not in used))
    return tuple(pairs)


def paired(
    data_set: str, split: SplitName, images: Named, masks: Named, where: str
) -> list[ImagePair]:
    """A pair for each image.

    Raises:
        DataError: images without a mask; the text names the first of them.
    """
    if lonely := [entry.path for name, entry in images.items() if name not in masks]:
        count = "1 image has" if len(lonely) == 1 else f"{len(lonely)} images have"
        lines = first_lines(lonely)
        raise _error(
            data_set,
            f"{count} no mask {where}:{lines}\n  Add the missing masks, or remove these images",
        )
    return [_pair(split, name, entry, masks[name]) for name, entry in images.items()]


def check_spare(data_set: str, masks: Iterable[os.DirEntry[str]]) -> None:
    """Masks that no image has.

    Raises:
        DataError: there are some; the text names the first of them.
    """
    if lonely := [entry.path for entry in masks]:
        count = "1 mask has" if len(lonely) == 1 else f"{len(lonely)} masks have"
        lines = first_lines(lonely)
        raise _error(
            data_set, f"{count} no image:{lines}\n  Add the missing images, or remove these masks"
        )


def distinct(
    data_set: str, entries: Iterable[os.DirEntry[str]], name_of: Callable[[os.DirEntry[str]], str]
) -> dict[str, os.DirEntry[str]]:
    """The files by the name that ``name_of`` gives them.

    Raises:
        DataError: two have the same.
    """
    found: dict[str, os.DirEntry[str]] = {}
    for entry in entries:
        name = name_of(entry)
        if name in found:
            both = f"{found[name].path} and {entry.path}"
            raise _error(data_set, f"{both} are both called '{name}'. Keep or rename one")
        found[name] = entry
    return found


def _by_stem(data_set: str, folder: Path) -> dict[str, os.DirEntry[str]]:
    return distinct(
        data_set,
        images_in(folder, below=True),
        lambda entry: name_below(folder, entry).rpartition(".")[0],
    )


def _pair(
    split: SplitName, name: str, image: os.DirEntry[str], mask: os.DirEntry[str]
) -> ImagePair:
    one, other = image.stat(), mask.stat()
    stamps = (one.st_size, one.st_mtime_ns, other.st_size, other.st_mtime_ns)
    return ImagePair(split, name, image.path, mask.path, stamps)


def _existing(data_set: str, folder: Path) -> Path:
    if not folder.is_dir():
        raise _error(data_set, f"there is no folder {folder}")
    return folder


def _error(data_set: str, message: str) -> DataError:
    return DataError(f"data set '{data_set}': {message}")
