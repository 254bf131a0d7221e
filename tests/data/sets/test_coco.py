from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ablate.data import coco_source
from ablate.data.coco_masks import draw_mask
from ablate.data.place import DataPlace
from ablate.data.prepare import prepare
from ablate.data.prepared import PreparedData
from ablate.errors import DataError
from ablate.testing.data_cases import data_options
from ablate.testing.mask_fakes import write_coco

CLASSES = {1: 1, 2: 2}
SQUARE = [[1, 1, 5, 1, 5, 5, 1, 5]]


def _prepare(place: DataPlace, **keys: Any) -> PreparedData:
    return prepare(data_options(name="coco", batch_size=2, **keys), place)


def _first(data: PreparedData) -> np.ndarray:
    masks = data.splits["train"].masks
    assert masks is not None
    return masks.original(0)


def _thing(category: int, segmentation: Any, crowd: int = 0) -> dict[str, Any]:
    return {"id": 7, "category_id": category, "segmentation": segmentation, "iscrowd": crowd}


def test_classes_are_supercategories_or_categories(root: Path, place: DataPlace) -> None:
    write_coco(root)
    coarse, fine = _prepare(place, by="supercategory"), _prepare(place)
    assert coarse.classes == ("background", "person", "vehicle", "animal")
    assert fine.classes == ("background", "person", "car", "cat", "dog")
    assert coarse.fingerprint != fine.fingerprint
    assert _first(coarse)[[2, 5, 0, 0, 11], [3, 5, 0, 14, 8]].tolist() == [2, 3, 1, 255, 0]
    assert _first(fine)[5, 5] == 4
    assert np.count_nonzero(_first(coarse) == 3) == 9
    assert np.count_nonzero(_first(coarse) == 2) == 64 - 9


def test_classes_may_be_grouped(root: Path, place: DataPlace) -> None:
    write_coco(root)
    groups = {"rest": ("background", "vehicle"), "animal": ("animal",)}
    data = _prepare(place, by="supercategory", classes=groups)
    assert data.class_counts("train").tolist() == [6 * (12 * 16 - 12 - 24 - 9), 6 * 9]


def test_annotations_are_read_once(
    root: Path, place: DataPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_coco(root)
    before = _prepare(place)
    monkeypatch.setattr(coco_source, "_read", lambda *_: pytest.fail("read again"))
    assert _prepare(place).classes == before.classes


def test_a_split_without_annotations_is_left_out(root: Path, place: DataPlace) -> None:
    write_coco(root)
    (root / "coco" / "test2017").mkdir()
    assert sorted(_prepare(place).splits) == ["train", "val"]


def test_smaller_objects_lie_on_larger_ones_whatever_the_order() -> None:
    small, large = _thing(1, [[2, 2, 4, 2, 4, 4, 2, 4]]), _thing(2, SQUARE)
    one, other = (draw_mask(8, 8, pair, CLASSES) for pair in ((small, large), (large, small)))
    assert np.array_equal(one, other)
    assert np.bincount(one.ravel(), minlength=3).tolist() == [64 - 16, 4, 12]


def test_a_crowd_is_void_only_where_no_object_lies() -> None:
    runs = {"size": [8, 8], "counts": [0, 64]}
    mask = draw_mask(8, 8, [_thing(1, SQUARE), _thing(1, runs, crowd=1)], CLASSES)
    assert np.count_nonzero(mask == 255) == 64 - 16
    assert mask[2, 2] == 1


def test_compressed_runs_are_read_like_plain_ones() -> None:
    from pycocotools.mask import encode

    inside = np.zeros((8, 8), np.uint8, order="F")
    inside[3:5, 1:7] = 1
    packed = encode(inside)
    text = {"size": [8, 8], "counts": packed["counts"].decode()}
    assert np.array_equal(draw_mask(8, 8, [_thing(1, text)], CLASSES), inside)


@pytest.mark.parametrize(
    ("segmentation", "said"),
    [
        (None, "it has no segmentation"),
        ([], "it has no segmentation"),
        ([[1, 2, 3, 4]], "three points"),
        ([[1, 2, 3, 4, 5, 6, 7]], "three points"),
        ([1, 2, 3], "three points"),
        ({"size": [8, 9], "counts": [0, 72]}, r"size \[8, 9\], not \[8, 8\]"),
        ({"size": [8, 8], "counts": [0, 65]}, "cover 65 pixels, not 64"),
        ({"size": [8, 8]}, "no counts"),
    ],
)
def test_a_segmentation_that_cannot_be_understood(segmentation: Any, said: str) -> None:
    with pytest.raises(DataError, match=f"annotation 7: .*{said}"):
        draw_mask(8, 8, [_thing(1, segmentation)], CLASSES)


def _without_a_height(found: dict[str, Any]) -> None:
    del found["images"][0]["height"]


def _without_categories(found: dict[str, Any]) -> None:
    del found["categories"]


def _of_an_unknown_category(found: dict[str, Any]) -> None:
    found["annotations"][3]["category_id"] = 99


def _of_an_absent_photo(found: dict[str, Any]) -> None:
    found["images"][1]["file_name"] = "nowhere.jpg"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_without_a_height, r"instances_train2017\.json is no file of COCO .* it has no 'height'"),
        (_without_categories, "it has no 'categories'"),
        (_of_an_unknown_category, "annotation 3 is of the category 99"),
        (_of_an_absent_photo, r"1 photos .* are not in .*train2017:\n *nowhere\.jpg"),
    ],
)
def test_annotations_that_do_not_fit(root: Path, place: DataPlace, change: Any, said: str) -> None:
    write_coco(root)
    path = root / "coco" / "annotations" / "instances_train2017.json"
    found = json.loads(path.read_text())
    change(found)
    path.write_text(json.dumps(found))
    with pytest.raises(DataError, match=said):
        _prepare(place)


def test_absent_annotations_are_named(root: Path, place: DataPlace) -> None:
    write_coco(root)
    (root / "coco" / "annotations" / "instances_train2017.json").unlink()
    with pytest.raises(DataError, match=r"instances_train2017\.json"):
        _prepare(place)
