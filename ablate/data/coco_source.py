"""The photos that COCO's annotation files list."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any, NamedTuple

from ablate.data.coco_masks import draw_mask
from ablate.data.listing import images_in
from ablate.data.source import SPLITS, Record, SplitName
from ablate.data.writing import first_lines
from ablate.errors import DataError
from ablate.files import hash_value, write_json

_VERSION = 1
_BACKGROUND = "background"

#: What is read of an annotation file.
_FIELDS = {
    "images": ("id", "file_name", "height", "width"),
    "annotations": ("id", "image_id", "category_id"),
    "categories": ("id", "name"),
}


class AnnotatedFolder(NamedTuple):
    """A folder of photos and the file of their annotations."""

    images: Path
    annotations: Path


@dataclass(frozen=True)
class CocoSource:
    """The photos of each split, their classes the categories or supercategories after the background.

    The categories are remembered in ``cache``, because each annotation file takes seconds to read.
    """

    data_set: str
    folders: Mapping[SplitName, AnnotatedFolder]
    by: str
    cache: Path

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """The background, then what the training photos' categories are, in the order of their ids."""
        names = [category[self.by] for category in self._categories]
        return tuple(dict.fromkeys([_BACKGROUND, *names]))

    def stamp(self) -> Any:
        """Path, size and time of change of every file."""
        folders = [self.folders[split] for split in SPLITS if split in self.folders]
        photos = [
            [(entry.name, entry.stat().st_size, entry.stat().st_mtime_ns) for entry in found]
            for found in (images_in(folder.images, below=False) for folder in folders)
        ]
        files = [_stamp(folder.annotations) for folder in folders]
        return ["coco", _VERSION, self.by, str(folders[0].images.parent), files, photos]

    def records(self) -> Sequence[Record]:
        """A record for each photo of the annotation files, in their order."""
        return [record for split in SPLITS for record in self._records(split)]

    @cached_property
    def _categories(self) -> list[dict[str, Any]]:
        """``id``, ``category`` and ``supercategory`` of each category, by id."""
        path = self.folders["train"].annotations
        try:
            memo = self.cache / "coco" / f"{hash_value([_VERSION, _stamp(path)])}.json"
        except OSError as error:
            raise _unreadable(self.data_set, path, error) from error
        try:
            known: list[dict[str, Any]] = json.loads(memo.read_text())
        except (FileNotFoundError, ValueError):  # absent or cut short: look again
            known = _read_categories(self.data_set, path)
            write_json(memo, known)
        return known

    def _records(self, split: SplitName) -> Iterator[Record]:
        if split not in self.folders:
            return
        folder = self.folders[split]
        found = _read(self.data_set, folder.annotations)
        objects: dict[int, list[dict[str, Any]]] = defaultdict(list)
        classes = {one["id"]: self.classes.index(one[self.by]) for one in self._categories}
        for one in found["annotations"]:
            if one["category_id"] not in classes:
                raise DataError(
                    f"data set '{self.data_set}': in {folder.annotations}, annotation {one.get('id')} is of the "
                    f"category {one['category_id']}, which the training photos do not have"
                )
            objects[one["image_id"]].append(one)
        self._check_there(folder, [image["file_name"] for image in found["images"]])
        for image in found["images"]:
            name = image["file_name"]
            mask = partial(
                draw_mask, image["height"], image["width"], objects[image["id"]], classes
            )
            yield Record(split, 0, name.rpartition(".")[0], folder.images / name, mask)

    def _check_there(self, folder: AnnotatedFolder, names: Sequence[str]) -> None:
        there = {entry.name for entry in images_in(folder.images, below=False)}
        if missing := [name for name in names if name not in there]:
            rule = (
                f"{len(missing)} photos that {folder.annotations} lists are not in {folder.images}"
            )
            raise DataError(f"data set '{self.data_set}': {rule}:{first_lines(missing)}")


def _read_categories(data_set: str, path: Path) -> list[dict[str, Any]]:
    categories = [
        {
            "id": one["id"],
            "category": one["name"],
            "supercategory": one.get("supercategory", one["name"]),
        }
        for one in _read(data_set, path)["categories"]
    ]
    return sorted(categories, key=lambda one: int(one["id"]))


def _read(data_set: str, path: Path) -> dict[str, list[dict[str, Any]]]:
    """The content of an annotation file."""
    try:
        found = json.loads(path.read_bytes())
        return {
            key: [_checked(one, fields) for one in found[key]] for key, fields in _FIELDS.items()
        }
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _unreadable(data_set, path, error) from error


def _checked(one: dict[str, Any], fields: Sequence[str]) -> dict[str, Any]:
    """One entry of a list.

    Raises:
        KeyError: it lacks a field.
    """
    for field in fields:
        if field not in one:
            raise KeyError(field)
    return one


def _unreadable(data_set: str, path: Path, error: Exception) -> DataError:
    said = f"it has no {error}" if isinstance(error, KeyError) else str(error)
    return DataError(f"data set '{data_set}': {path} is no file of COCO annotations: {said}")


def _stamp(path: Path) -> list[str | int]:
    found = path.stat()
    return [str(path), found.st_size, found.st_mtime_ns]
