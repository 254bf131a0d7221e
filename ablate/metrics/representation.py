"""The metrics of self-supervised learning."""

from __future__ import annotations

from ablate.metrics.metric import Metric

KNN_ACCURACY = Metric(
    name="knn_accuracy",
    direction="max",
    title="k-NN accuracy",
    percent=True,
    description="share of images whose class is the most frequent one among the nearest training images, by cosine "
    "similarity of the encoder's features; of one class: share of that class's images",
    compute=lambda counts: counts.confusion.accuracy(),
    by_class=lambda counts: counts.confusion.recall(),
    of_labels=True,
)

PROJECTION_STD = Metric(
    name="projection_std",
    direction="max",
    title="projection std",
    description="standard deviation of the projector's normalised output, averaged over its d dimensions, relative to "
    "1/sqrt(d): near 0 all images look alike, and learning has collapsed",
    compute=lambda counts: counts.projection_std,
)
