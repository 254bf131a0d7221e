"""The metrics: one line each; ``ablate list metrics``."""

from __future__ import annotations

from ablate.registry import Table

TABLE = Table(
    "metric",
    {
        "accuracy": "ablate.metrics.classification:ACCURACY",
        "loss": "ablate.metrics.classification:LOSS",
        "macro_f1": "ablate.metrics.classification:MACRO_F1",
        "mean_class_accuracy": "ablate.metrics.classification:MEAN_CLASS_ACCURACY",
        "top5_accuracy": "ablate.metrics.classification:TOP5_ACCURACY",
    },
)
