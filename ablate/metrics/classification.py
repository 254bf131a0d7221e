"""The metrics of image classification."""

from __future__ import annotations

from ablate.metrics.metric import Metric

LOSS = Metric(
    name="loss",
    direction="min",
    title="loss",
    description="mean loss of an image, weighted by the size of its batch",
    compute=lambda counts: counts.loss,
)

ACCURACY = Metric(
    name="accuracy",
    direction="max",
    title="accuracy",
    percent=True,
    description="share of images classified correctly; of one class: share of that class's images",
    compute=lambda counts: counts.confusion.accuracy(),
    by_class=lambda counts: counts.confusion.recall(),
    of_labels=True,
)

MEAN_CLASS_ACCURACY = Metric(
    name="mean_class_accuracy",
    direction="max",
    title="mean class accuracy",
    percent=True,
    description="mean of the classes' accuracies; classes without images are left out",
    compute=lambda counts: counts.confusion.mean_class_accuracy(),
    of_labels=True,
)

MACRO_F1 = Metric(
    name="macro_f1",
    direction="max",
    title="macro F1",
    percent=True,
    description="mean of the classes' F1; classes neither present nor predicted are left out",
    compute=lambda counts: counts.confusion.macro_f1(),
    of_labels=True,
)

TOP5_ACCURACY = Metric(
    name="top5_accuracy",
    direction="max",
    title="top-5 accuracy",
    percent=True,
    description="share of images whose class is among the five highest logits",
    compute=lambda counts: counts.top5_accuracy,
)
