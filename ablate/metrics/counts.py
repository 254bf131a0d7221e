"""What is counted in one pass over a split: the value that every metric is computed from."""

from __future__ import annotations

from dataclasses import dataclass

from ablate.metrics.confusion import ConfusionMatrix


@dataclass(frozen=True, slots=True)
class Counts:
    """Sums over a split. The confusion matrix counts labels, which may be pixels, not images.

    ``loss_sum`` is the sum of each batch's mean loss times its number of images.
    """

    confusion: ConfusionMatrix
    images: int
    loss_sum: float
    top5_hits: int

    def merge(self, other: Counts) -> Counts:
        """The sums over both parts."""
        return Counts(
            self.confusion.merge(other.confusion),
            self.images + other.images,
            self.loss_sum + other.loss_sum,
            self.top5_hits + other.top5_hits,
        )

    @property
    def loss(self) -> float:
        """Mean loss of an image; ``nan`` when nothing was counted."""
        return self.loss_sum / self.images if self.images else float("nan")

    @property
    def top5_accuracy(self) -> float:
        """Share of labels among the five highest logits; ``nan`` when nothing was counted."""
        total = self.confusion.total
        return self.top5_hits / total if total else float("nan")
