"""What losses that compare the regions of masks have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from ablate.spec.sections import IGNORE_INDEX, LossOptions

if TYPE_CHECKING:
    import numpy as np
    import torch


class OverlapOptions(LossOptions):
    """One minus a soft overlap of each class's predicted and true region, over all pixels of a batch; the mean.

    Computed by ``segmentation_models_pytorch.losses`` from the softmax. A class without a pixel in the batch adds
    0 to the mean over all classes.
    """

    tasks: ClassVar[tuple[str, ...]] = ("segmentation",)

    smooth: float = Field(0.0, ge=0.0)
    """Added to the overlap's numerator and denominator, in pixels: small regions count less."""

    @property
    def libraries(self) -> tuple[str, ...]:
        """See :class:`~ablate.spec.sections.LossOptions`."""
        return ("segmentation_models_pytorch",)

    def build(self, class_counts: np.ndarray[Any, Any], device: str) -> Callable[..., torch.Tensor]:
        """The loss ``(logits (N, C, H, W), target (N, H, W) int64) -> scalar``."""
        from ablate.losses.precision import widened

        loss = self.criterion(mode="multiclass", smooth=self.smooth, ignore_index=IGNORE_INDEX)
        return lambda logits, target: loss(widened(logits), target)

    def criterion(self, **arguments: Any) -> Callable[..., torch.Tensor]:
        """The library's loss; ``arguments`` are what all of them share."""
        raise NotImplementedError
