"""COCO's annotations of objects, drawn as masks.

Format: https://cocodataset.org/#format-data (object detection).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ablate.data.prepared import VOID
from ablate.data.source import Pixels
from ablate.errors import DataError


def draw_mask(
    height: int, width: int, annotations: Sequence[Mapping[str, Any]], classes: Mapping[int, int]
) -> Pixels:
    """(height, width) uint8: the class of the object at each pixel, 0 where there is none.

    Smaller objects lie on larger ones. Crowds, whose objects nobody told apart, are :data:`VOID` where no object lies.
    ``classes``: category to class.

    Raises:
        DataError: an annotation cannot be understood.
    """
    mask = np.zeros((height, width), np.uint8)
    drawn = [
        (bool(one.get("iscrowd")), _inside(height, width, one), classes[one["category_id"]])
        for one in annotations
    ]
    # Crowds first, then from large to small; the sort is stable, so that equal areas keep the file's order.
    drawn.sort(key=lambda one: (not one[0], -int(np.count_nonzero(one[1]))))
    for is_crowd, inside, label in drawn:
        mask[inside] = VOID if is_crowd else label
    return mask


def _inside(height: int, width: int, annotation: Mapping[str, Any]) -> NDArray[np.bool_]:
    """(height, width): the pixels of one object."""
    from pycocotools import mask

    segmentation = annotation.get("segmentation")
    problem = _problem(height, width, segmentation)
    if problem:
        raise DataError(f"COCO annotation {annotation.get('id')}: {problem}")
    if isinstance(segmentation, Mapping) and isinstance(segmentation["counts"], str):
        runs = segmentation
    elif isinstance(segmentation, Mapping):
        runs = mask.frPyObjects(segmentation, height, width)
    else:
        runs = mask.merge(mask.frPyObjects(segmentation, height, width))
    decoded: NDArray[np.bool_] = mask.decode(runs).astype(np.bool_)
    return decoded


def _problem(height: int, width: int, segmentation: Any) -> str:
    """What is wrong with polygons or runs; pycocotools does not look."""
    if isinstance(segmentation, Mapping):
        if list(segmentation.get("size", ())) != [height, width]:
            return f"its runs are for the size {segmentation.get('size')}, not {[height, width]}"
        counts = segmentation.get("counts")
        if isinstance(counts, list) and sum(counts) != height * width:
            return f"its runs cover {sum(counts)} pixels, not {height * width}"
        return "" if isinstance(counts, list | str) else "its runs have no counts"
    if not isinstance(segmentation, list) or not segmentation:
        return "it has no segmentation"
    if not all(isinstance(p, list) and len(p) >= 6 and len(p) % 2 == 0 for p in segmentation):
        return "a polygon needs three points, as x, y, x, y, ..."
    return ""
