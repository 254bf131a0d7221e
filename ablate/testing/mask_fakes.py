"""Small fakes of data sets with masks, in their real formats on disk."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ablate.data.sets.camvid import CLASSES as CAMVID

Pixels = NDArray[np.uint8]

#: Colours of the fakes that are colour-coded; the first is that of pixels without a class.
COLORS: Mapping[str, tuple[int, int, int]] = {
    "unknown": (0, 0, 0),
    "urban": (0, 255, 255),
    "water": (0, 0, 255),
    "forest": (0, 255, 0),
}


def masked_image(
    number: int, num_classes: int, height: int = 12, width: int = 16
) -> tuple[Pixels, Pixels]:
    """An image (height, width, 3) and its mask (height, width) of ids, both uint8.

    Each class is a stripe of its own brightness; where the stripes begin depends on ``number``.
    """
    columns = (np.arange(width) * num_classes // width + number) % num_classes
    mask = np.broadcast_to(columns.astype(np.uint8), (height, width)).copy()
    image = np.repeat((mask * (240 // num_classes))[:, :, None], 3, axis=2)
    image[0, 0] = (number % 256, 255, 0)  # in colour, and no two alike
    return image, mask


def colored(mask: Pixels, colors: Sequence[tuple[int, int, int]]) -> Pixels:
    """(H, W, 3) uint8: the colours of the ids of a mask."""
    table: Pixels = np.array(colors, np.uint8)[mask]
    return table


def save(path: Path, pixels: Pixels) -> None:
    """Write an image file, in the format of its ending; folders are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


def write_camvid(root: Path, count: int = 6) -> dict[str, Any]:
    """SegNet's layout: frames and annotations of three splits, void pixels included."""
    for split, size in (("train", count), ("val", 3), ("test", 3)):
        for number in range(size):
            image, mask = masked_image(number, len(CAMVID) + 1, 18, 24)
            save(root / "camvid" / split / f"f{number}.png", image)
            save(root / "camvid" / f"{split}annot" / f"f{number}.png", mask)
    return {"name": "camvid"}


def write_mask_folder(root: Path, count: int = 6) -> dict[str, Any]:
    """Images and masks of ids in two splits, the classes in a table; sizes differ from image to image."""
    home = root / "tiles"
    for split, size in (("train", count), ("valid", 3)):
        for number in range(size):
            image, mask = masked_image(number, 4, 12 + number, 16)
            save(home / split / "images" / f"t{number}.jpg", image)
            save(home / split / "masks" / f"t{number}.png", mask)
    rows = ["index,name,r,g,b", "0,building,60,16,152", "1,land,132,41,246"]
    rows += ["2,unlabeled,155,155,155", "3,water,226,169,41"]
    (home / "classes.csv").write_text("\n".join(rows) + "\n")
    keys = {"path": "tiles", "class_file": "classes.csv", "void": ("unlabeled",), "size": 10}
    return {"name": "mask-folder", **keys}


def write_mask_pairs(root: Path, count: int = 8) -> dict[str, Any]:
    """Pairs in one folder, the masks coded in colours, with one pixel of a colour that is no class."""
    for number in range(count):
        image, mask = masked_image(number, len(COLORS))
        save(root / "land" / f"{number}_sat.jpg", image)
        coded = colored(mask, tuple(COLORS.values()))
        coded[-1, -1] = (1, 2, 3)
        save(root / "land" / f"{number}_mask.png", coded)
    keys = {"path": "land", "colors": dict(COLORS), "void": ("unknown",)}
    return {"name": "mask-pairs", **keys, "unknown_color": "ignore"}


def write_voc(root: Path, count: int = 6) -> dict[str, Any]:
    """The folders and lists of the segmentation task, masks with a palette and void borders."""
    home = root / "VOCdevkit" / "VOC2012"
    for split, first, size in (("train", 0, count), ("val", count, 3)):
        names = [f"2007_{first + number:06d}" for number in range(size)]
        for number, name in enumerate(names):
            image, mask = masked_image(number, 21, 12, 42)
            mask[:, 5] = 255
            save(home / "JPEGImages" / f"{name}.jpg", image)
            coded = Image.fromarray(mask).convert("P")
            coded.putpalette([value for color in range(256) for value in (color, 255 - color, 7)])
            (home / "SegmentationClass").mkdir(parents=True, exist_ok=True)
            coded.save(home / "SegmentationClass" / f"{name}.png")
        lists = home / "ImageSets" / "Segmentation"
        lists.mkdir(parents=True, exist_ok=True)
        (lists / f"{split}.txt").write_text("".join(f"{name}\n" for name in names))
    return {"name": "voc"}


def write_oxford_pet(root: Path, count: int = 8) -> dict[str, Any]:
    """Photos, trimaps of 1 to 3, and lists with breeds."""
    home = root / "oxford-iiit-pet"
    (home / "annotations").mkdir(parents=True, exist_ok=True)
    for split, first, size in (("trainval", 0, count), ("test", count, 3)):
        names = [f"Beagle_{first + number}" for number in range(size)]
        for number, name in enumerate(names):
            image, mask = masked_image(number, 3)
            save(home / "images" / f"{name}.jpg", image)
            save(home / "annotations" / "trimaps" / f"{name}.png", mask + np.uint8(1))
        lines = "".join(f"{name} 1 2 1\n" for name in names)
        (home / "annotations" / f"{split}.txt").write_text(lines)
    return {"name": "oxford-pet"}


def write_coco(root: Path, count: int = 6) -> dict[str, Any]:
    """Photos, and annotations with a polygon, runs and a crowd."""
    for split, size in (("train", count), ("val", 3)):
        images, annotations = [], list[dict[str, Any]]()
        for number in range(size):
            image, _ = masked_image(number, 3)
            save(root / "coco" / f"{split}2017" / f"{number:012d}.jpg", image)
            size_of = {"height": 12, "width": 16}
            images.append({"id": number, "file_name": f"{number:012d}.jpg", **size_of})
            annotations += _objects(number)
        found = {"images": images, "annotations": annotations, "categories": CATEGORIES}
        path = root / "coco" / "annotations" / f"instances_{split}2017.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(found))
    return {"name": "coco", "by": "supercategory"}


CATEGORIES = [
    {"id": 1, "name": "person", "supercategory": "person"},
    {"id": 18, "name": "dog", "supercategory": "animal"},
    {"id": 3, "name": "car", "supercategory": "vehicle"},
    {"id": 17, "name": "cat", "supercategory": "animal"},
]


def _objects(photo: int) -> list[dict[str, Any]]:
    """A car with a dog on it, a person, and a crowd in the last two of 16 columns of 12 pixels."""
    square = [[2, 2, 10, 2, 10, 10, 2, 10]]
    on_it = [[4, 4, 7, 4, 7, 7, 4, 7]]
    runs = {"size": [12, 16], "counts": [0, 12, 180]}
    crowd = {"size": [12, 16], "counts": [168, 24]}
    shapes = ((18, on_it, 0), (3, square, 0), (1, runs, 0), (1, crowd, 1))
    return [
        {"id": 10 * photo + place, "image_id": photo, "category_id": category,
         "iscrowd": is_crowd, "segmentation": shape}
        for place, (category, shape, is_crowd) in enumerate(shapes)
    ]  # fmt: skip


def write_shapes(root: Path) -> dict[str, Any]:
    """Nothing: they are drawn."""
    return {"name": "shapes", "count": 8, "side": 24}


#: For each data set with masks that ``ablate`` brings: write a small fake, and say by which options it is used.
MASK_FAKES: Mapping[str, Callable[[Path], dict[str, Any]]] = {
    "camvid": write_camvid,
    "coco": write_coco,
    "mask-folder": write_mask_folder,
    "mask-pairs": write_mask_pairs,
    "oxford-pet": write_oxford_pet,
    "shapes": write_shapes,
    "voc": write_voc,
}
