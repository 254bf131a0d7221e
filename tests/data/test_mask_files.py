from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from ablate.data.place import DataPlace
from ablate.data.prepare import prepare
from ablate.data.prepared import PreparedData
from ablate.errors import DataError
from ablate.testing.data_cases import data_options
from ablate.testing.mask_fakes import COLORS, colored, masked_image, save


def _write(root: Path, num_classes: int = 4, colors: Any = None) -> Path:
    for number in range(6):
        image, mask = masked_image(number, num_classes)
        save(root / "set" / "train" / "images" / f"{number}.png", image)
        coded = mask if colors is None else colored(mask, colors)
        save(root / "set" / "train" / "masks" / f"{number}.png", coded)
    return root / "set"


def _prepare(place: DataPlace, **keys: Any) -> PreparedData:
    given = {"name": "mask-folder", "path": "set", "batch_size": 2, **keys}
    return prepare(data_options(**given), place)


def _first(data: PreparedData) -> list[int]:
    """The first rows of the masks of number 0, whose stripes are 0 to 3."""
    masks = data.splits["train"].masks
    assert masks is not None
    return masks.original(0)[0, ::4].tolist()


def test_names_in_the_order_of_ids(root: Path, place: DataPlace) -> None:
    _write(root)
    data = _prepare(place, class_names=("a", "b", "c", "d"))
    assert (data.classes, _first(data)) == (("a", "b", "c", "d"), [0, 1, 2, 3])
    assert len(set(data.labels.palette)) == 4


def test_void_classes_are_left_out_and_the_others_close_up(root: Path, place: DataPlace) -> None:
    _write(root)
    data = _prepare(place, class_names=("a", "b", "c", "d"), void=("b",))
    assert (data.classes, _first(data)) == (("a", "c", "d"), [0, 255, 1, 2])


def test_ids_to_ignore(root: Path, place: DataPlace) -> None:
    _write(root)
    data = _prepare(place, class_names=("a", "b"), ignore_index=(2, 3))
    assert _first(data) == [0, 1, 255, 255]
    assert _first(_prepare(place, class_names=("a", "b", "c"), ignore_index=3)) == [0, 1, 2, 255]


def test_a_class_file_brings_ids_and_colours(root: Path, place: DataPlace) -> None:
    home = _write(root)
    (home / "c.csv").write_text("name,index,r,g,b\nx,3,1,2,3\ny,0,4,5,6\nz,2,7,8,9\nw,1,0,0,0\n")
    data = _prepare(place, class_file="c.csv", void=("w",))
    assert (data.classes, _first(data)) == (("x", "y", "z"), [1, 255, 2, 0])
    assert data.labels.palette == ((1, 2, 3), (4, 5, 6), (7, 8, 9))


def test_colours_name_the_classes(root: Path, place: DataPlace) -> None:
    _write(root, colors=tuple(COLORS.values()))
    data = _prepare(place, colors=dict(COLORS), void=("unknown",))
    assert (data.classes, _first(data)) == (("urban", "water", "forest"), [255, 0, 1, 2])
    assert data.labels.palette[0] == COLORS["urban"]


def test_colours_of_the_class_file(root: Path, place: DataPlace) -> None:
    home = _write(root, colors=tuple(COLORS.values()))
    rows = [",".join([name, *map(str, color)]) for name, color in COLORS.items()]
    (home / "c.csv").write_text("\n".join(["name,r,g,b", *rows]) + "\n")
    data = _prepare(place, class_file="c.csv", colors="class_file", void=("unknown",))
    assert _first(data) == [255, 0, 1, 2]


def test_an_id_without_a_class_names_file_value_pixels_and_remedy(
    root: Path, place: DataPlace
) -> None:
    _write(root)
    with pytest.raises(DataError) as caught:
        _prepare(place, class_names=("a", "b", "c"))
    text = str(caught.value)
    assert text.startswith("6 masks cannot be used:")
    assert "masks/0.png: value 3 (48 pixels): no class has that" in text
    assert "class_names or class_file" in text
    assert "ignore_index" in text


def test_an_unknown_colour_names_file_colour_pixels_and_remedy(
    root: Path, place: DataPlace
) -> None:
    home = _write(root, colors=tuple(COLORS.values()))
    coded = np.zeros((12, 16, 3), np.uint8)
    coded[3, 4:6] = (9, 8, 7)
    save(home / "train" / "masks" / "2.png", coded)
    with pytest.raises(DataError) as caught:
        _prepare(place, colors=dict(COLORS))
    text = str(caught.value)
    assert text.startswith("1 mask cannot be used:")
    assert "masks/2.png: colour [9, 8, 7] (2 pixels): no class has that" in text
    assert "unknown_color: ignore" in text
    data = _prepare(place, colors=dict(COLORS), unknown_color="ignore")
    masks = data.splits["train"].masks
    assert masks is not None
    assert masks.original(2)[3, 3:7].tolist() == [0, 255, 255, 0]


def test_masks_of_colours_need_colours(root: Path, place: DataPlace) -> None:
    _write(root, colors=tuple(COLORS.values()))
    with pytest.raises(DataError) as caught:
        _prepare(place, class_names=("a", "b"))
    text = str(caught.value)
    assert "masks/0.png: it holds RGB colours, and the options name numbers" in text
    assert text.endswith("Say what the colours mean by colors: {name: [r, g, b]}")


def test_much_of_unknown_colours_is_told(root: Path, place: DataPlace) -> None:
    home = _write(root, colors=tuple(COLORS.values()))
    coded = np.zeros((12, 16, 3), np.uint8)
    coded[:2, :6] = (9, 8, 7)
    coded[5, 4] = (1, 2, 3)
    save(home / "train" / "masks" / "2.png", coded)
    keys = {"colors": dict(COLORS), "unknown_color": "ignore", "size": 8}
    ((field, message),) = _prepare(place, **keys).warnings
    assert field == "unknown_color"
    assert message.startswith("1.1% of the pixels of the 'train' masks are left out, because")
    assert "colour [9, 8, 7] (12 pixels), colour [1, 2, 3] (1 pixel)." in message
    assert _prepare(place, **keys).warnings == ((field, message),)


def test_little_of_unknown_colours_is_not(root: Path, place: DataPlace) -> None:
    _write(root, colors=tuple(COLORS.values()))
    keys = {"colors": dict(COLORS), "unknown_color": "ignore"}
    assert _prepare(place, **keys).warnings == ()
    image = colored(masked_image(2, 4)[1], tuple(COLORS.values()))
    image[:1, :11] = (9, 8, 7)
    save(root / "set" / "train" / "masks" / "2.png", image)
    assert _prepare(place, **keys).warnings == ()


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"class_names": ("a", "b"), "void": ("c",)}, r"void: there is no class 'c'\. Valid: a, b"),
        ({"class_names": ("a", "b", "a")}, "the class 'a' is named 2 times"),
        ({"class_names": ("a", "b"), "ignore_index": 1}, "ignore_index 1 is .* class 'b'.*'void'"),
        ({"class_file": "twice.csv"}, "class 'x': the id 1 is another class's too"),
        ({"class_file": "plain.txt", "colors": "class_file"}, "plain.txt holds no colours"),
        ({"colors": {"a": (1, 2, 3), "b": (1, 2, 3)}}, r"the colour \[1, 2, 3\] is another"),
        ({"class_names": ("a",)}, "segmentation needs at least 2 classes, found 'a'"),
        ({"class_names": tuple(f"c{n}" for n in range(256)), "ignore_index": None}, "at most 255"),
    ],
)
def test_classes_that_contradict_each_other(
    root: Path, place: DataPlace, keys: dict[str, Any], said: str
) -> None:
    home = _write(root)
    (home / "twice.csv").write_text("name,id\nx,1\ny,1\n")
    (home / "plain.txt").write_text("x\ny\n")
    with pytest.raises(DataError, match=said):
        _prepare(place, **keys)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({}, "none of them is given"),
        ({"class_names": ("a", "b"), "class_file": "c.txt"}, "class_names and class_file are"),
        ({"class_names": ("a", "b"), "colors": {"a": (0, 0, 0)}}, "class_names and colors are"),
        ({"class_names": ("a", "b"), "colors": "class_file"}, "needs a class_file"),
        ({"colors": {"a": (0, 0, 256)}}, r"of 'a' must be three .* 255, not \[0, 0, 256\]"),
        ({"colors": {"a": (0, 0, 1), "b": (255, 0)}}, r"of 'b' must be three .*not \[255, 0\]"),
        ({"colors": {"a": "red"}}, "of 'a' must be three whole numbers from 0 to 255, not 'red'"),
        ({"colors": {"a": (0, 0, True)}}, "must be three whole numbers from 0 to 255"),
        ({"colors": 3}, r"must be \{name: \[r, g, b\]\}, or class_file, not 3"),
        ({"colors": {1: (0, 0, 1)}}, "the name of a class must be text, not 1"),
        ({"colors": {"": (0, 0, 1)}}, "the name of a class must not be empty"),
        ({"class_names": ("a", "", "c")}, "the name of a class must not be empty, not ''"),
        ({"class_names": ("a", " ")}, "the name of a class must not be empty, not ' '"),
        (
            {"class_names": ("a", "b"), "images": "{part}/x"},
            r"may leave nothing open but \{split\}",
        ),
    ],
)
def test_options_that_cannot_be_meant(keys: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said) as caught:
        data_options(name="mask-folder", path="set", **keys)
    assert caught.value.error_count() == 1


def test_suffixes_of_pairs(root: Path, place: DataPlace) -> None:
    for number in range(6):
        image, mask = masked_image(number, 2)
        save(root / "set" / f"{number}.png", image)
        save(root / "set" / f"{number}_gt.png", mask)
    keys = {"name": "mask-pairs", "class_names": ("a", "b"), "mask_suffix": "_gt.png"}
    data = _prepare(place, **keys, image_suffix=".png")
    assert data.splits["train"].names == tuple("012345")
    with pytest.raises(DataError, match=r"holds no file called \*\.jpg. Set image_suffix"):
        _prepare(place, **keys, image_suffix=".jpg")
    (root / "set" / "3.png").unlink()
    with pytest.raises(DataError, match=r"1 mask has no image:\n.*3_gt\.png"):
        _prepare(place, **keys, image_suffix=".png")
    (root / "set" / "2_gt.png").unlink()
    with pytest.raises(DataError, match=r"1 image has no mask called \*_gt\.png in .*:\n.*2\.png"):
        _prepare(place, **keys, image_suffix=".png")
    with pytest.raises(ValidationError, match=r"are both '_gt\.png'"):
        _prepare(place, **keys, image_suffix="_gt.png")
