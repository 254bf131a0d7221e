"""The metrics of segmentation: from the confusion matrix of all pixels of a split, void ones left out."""

from __future__ import annotations

import numpy as np

from ablate.metrics.confusion import Ratios, mean_of_defined
from ablate.metrics.counts import Counts
from ablate.metrics.metric import Metric


def _pixel_ap(counts: Counts) -> Ratios:
    """(C,) float64; undefined where no pass collected scores."""
    if counts.pixel_ap is None:
        return np.full(counts.confusion.num_classes, np.nan)
    return counts.pixel_ap


IOU = Metric(
    name="iou",
    direction="max",
    title="IoU",
    percent=True,
    description="of a class: pixels found / pixels of the class or predicted as it (intersection over union)",
    compute=None,
    by_class=lambda counts: counts.confusion.iou(),
    of_labels=True,
)

MIOU = Metric(
    name="miou",
    direction="max",
    title="mIoU",
    percent=True,
    description="mean IoU of the classes that occur in truth or prediction of the whole split",
    compute=lambda counts: counts.confusion.mean_iou(),
    of_labels=True,
)

PIXEL_ACCURACY = Metric(
    name="pixel_accuracy",
    direction="max",
    title="pixel accuracy",
    percent=True,
    description="share of pixels classified correctly",
    compute=lambda counts: counts.confusion.accuracy(),
    of_labels=True,
)

DICE = Metric(
    name="dice",
    direction="max",
    title="Dice",
    percent=True,
    description="mean of the classes' 2 TP / (2 TP + FP + FN), over the classes that occur in truth or prediction",
    compute=lambda counts: counts.confusion.macro_f1(),
    by_class=lambda counts: counts.confusion.f1(),
    of_labels=True,
)

PIXEL_AP = Metric(
    name="pixel_ap",
    direction="max",
    title="pixel AP",
    percent=True,
    description="mean average precision of the classes, one against the rest over all pixels (not COCO's mask AP)",
    compute=lambda counts: mean_of_defined(_pixel_ap(counts)),
    by_class=_pixel_ap,
)
