"""The metrics: one line each; ``ablate list metrics``."""

from __future__ import annotations

from ablate.registry import Table

TABLE = Table(
    "metric",
    {
        "accuracy": "ablate.metrics.classification:ACCURACY",
        "dice": "ablate.metrics.segmentation:DICE",
        "projection_std": "ablate.metrics.representation:PROJECTION_STD",
        "iou": "ablate.metrics.segmentation:IOU",
        "knn_accuracy": "ablate.metrics.representation:KNN_ACCURACY",
        "loss": "ablate.metrics.classification:LOSS",
        "macro_f1": "ablate.metrics.classification:MACRO_F1",
        "mean_class_accuracy": "ablate.metrics.classification:MEAN_CLASS_ACCURACY",
        "miou": "ablate.metrics.segmentation:MIOU",
        "pixel_accuracy": "ablate.metrics.segmentation:PIXEL_ACCURACY",
        "pixel_ap": "ablate.metrics.segmentation:PIXEL_AP",
        "top5_accuracy": "ablate.metrics.classification:TOP5_ACCURACY",
    },
)
