"""What is counted in one pass over a split: the value that every metric is computed from."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from ablate.metrics.confusion import ConfusionMatrix, project
from ablate.outcomes import Outcomes
from ablate.spec.labels import Space


@dataclass(frozen=True, slots=True)
class Counts:
    """Sums over a split. The confusion matrix counts labels, which may be pixels, not images.

    ``loss_sum`` is the sum of each batch's mean loss times its number of images. ``source`` (S, K) int64 counts the
    data set's own classes against the network's, where these were looked up pixel by pixel; ``pixel_ap`` (K,) float64
    is the average precision of each class over all pixels, which no other pass can be added to. ``projection_std`` says
    how far the projections of the images spread, where there are any. ``outcomes`` are the counts of each image, in the
    order of the pass, where they were kept apart; like ``pixel_ap`` they are of this one pass.
    """

    confusion: ConfusionMatrix
    images: int
    loss_sum: float
    top5_hits: int = 0
    source: NDArray[np.int64] | None = None
    pixel_ap: NDArray[np.float64] | None = None
    projection_std: float = float("nan")
    outcomes: Outcomes | None = field(default=None, compare=False)

    def merge(self, other: Counts) -> Counts:
        """The sums over both parts."""
        return Counts(
            self.confusion.merge(other.confusion),
            self.images + other.images,
            self.loss_sum + other.loss_sum,
            self.top5_hits + other.top5_hits,
            None if self.source is None or other.source is None else self.source + other.source,
        )

    def within(self, space: Space) -> Counts:
        """The same pass counted in another label space: only what follows from the confusion matrix."""
        cells = self.confusion.counts if self.source is None else self.source
        rows = space.of_network if self.source is None else space.of_source
        matrix = project(cells, rows, space.of_network, len(space.classes))
        return replace(self, confusion=matrix, source=None, pixel_ap=None, outcomes=None)

    @property
    def loss(self) -> float:
        """Mean loss of an image; ``nan`` when nothing was counted."""
        return self.loss_sum / self.images if self.images else float("nan")

    @property
    def top5_accuracy(self) -> float:
        """Share of labels among the five highest logits; ``nan`` when nothing was counted."""
        total = self.confusion.total
        return self.top5_hits / total if total else float("nan")
