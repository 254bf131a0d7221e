"""Image classification: one label for each image."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ablate.spec.labels import Labels
from ablate.tasks.task import TaskOptions

if TYPE_CHECKING:
    import torch

    from ablate.metrics.tally import Tally


class Classification(TaskOptions):
    """``task: classification``. Logits (N, C), target (N,) int64.

    Top-5 accuracy is recorded where there are more than five classes, and not while training, where it
    would cost a sort at every step.

    >>> Classification().defined(num_classes=3)
    ('loss', 'accuracy', 'mean_class_accuracy', 'macro_f1')
    """

    name: Literal["classification"] = "classification"

    def metrics(self) -> tuple[str, ...]:
        """Loss, accuracies and macro F1."""
        return ("loss", "accuracy", "top5_accuracy", "mean_class_accuracy", "macro_f1")

    def defined(self, num_classes: int, *, training: bool = False) -> tuple[str, ...]:
        """All, but top-5 accuracy only of an evaluation with more than five classes."""
        if num_classes > 5 and not training:
            return self.metrics()
        return tuple(name for name in self.metrics() if name != "top5_accuracy")

    def tally(self, labels: Labels, device: torch.device | str, *, training: bool = False) -> Tally:
        """Confusion matrix, loss and, where defined, top-5 hits; of an evaluation also what became of each image."""
        from ablate.metrics.tally import Tally

        names = self.defined(len(labels.classes), training=training)
        top5 = "top5_accuracy" in names
        return Tally(len(labels.classes), device, top5=top5, each=not training)
