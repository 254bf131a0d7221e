"""Semantic segmentation: a class for each pixel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ablate.spec.labels import Labels
from ablate.tasks.task import TaskOptions

if TYPE_CHECKING:
    import torch

    from ablate.metrics.mask_tally import MaskTally


class Segmentation(TaskOptions):
    """``task: segmentation``. Logits (N, C, H, W), target (N, H, W) int64.

    Evaluations score at the size of each original mask; what is counted while training is of the network's size.

    >>> Segmentation().defined(num_classes=3, training=True)
    ('loss', 'miou', 'pixel_accuracy', 'mean_class_accuracy', 'dice', 'iou')
    """

    name: Literal["segmentation"] = "segmentation"
    pixel_ap: bool = True
    """Record the average precision over pixels too; it costs about as much as the rest of scoring."""

    def metrics(self) -> tuple[str, ...]:
        """Loss, mean IoU, accuracies, Dice, and what there is of each class."""
        names = ("loss", "miou", "pixel_accuracy", "mean_class_accuracy", "dice", "iou")
        return (*names, "pixel_ap") if self.pixel_ap else names

    def defined(self, num_classes: int, *, training: bool = False) -> tuple[str, ...]:
        """All, but pixel AP only of an evaluation."""
        return tuple(name for name in self.metrics() if name != "pixel_ap" or not training)

    def tally(
        self, labels: Labels, device: torch.device | str, *, training: bool = False
    ) -> MaskTally:
        """Confusion matrix, loss and, for an evaluation, the scores of every pixel."""
        from ablate.metrics.mask_tally import MaskTally

        return MaskTally(labels, device, scores=self.pixel_ap and not training)
